import type { SettingsOf } from '../../connector/field.js';

const message = (label: string) =>
  ({
    type: 'group',
    label,
    help: 'Rows of a change that is not named here are not told of; with none named, added rows are.',
    fields: {
      text: {
        type: 'template',
        label: 'Text',
        help: 'Liquid over the row, in Slack’s markup; a list of its fields unless given.',
        example: '*{{ name }}* is on the {{ plan }} plan',
      },
      blocks: {
        type: 'template',
        label: 'Blocks',
        help: 'Block Kit’s JSON with Liquid inside its texts; the text is what notifications show then.',
        example: '[{ "type": "section", "text": { "type": "mrkdwn", "text": "*{{ name }}*" } }]',
      },
    },
  }) as const;

export const options = {
  added: message('When a row is added'),
  changed: message('When a row has changed'),
  removed: message('When a row has left the query'),
  shape: {
    type: 'choice',
    label: 'Shape',
    help: 'A message for each row, a digest of many, or a CSV file.',
    choices: ['message', 'digest', 'file'],
    default: 'message',
  },
  digestRows: {
    type: 'number',
    label: 'Rows in a digest',
    default: 20,
    minimum: 1,
    maximum: 99,
    when: { field: 'shape', is: ['digest'] },
  },
  heading: {
    type: 'template',
    label: 'Heading',
    help: 'Of a digest, a file, or many rows in one message: Liquid over count and change.',
    example: '{{ count }} new customers',
  },
  collapseAbove: {
    type: 'number',
    label: 'Most rows of a run that are told of one by one',
    help: 'More than that become one message with their count; 0 is no limit. Files have none.',
    default: 100,
    minimum: 0,
  },
  mentions: {
    type: 'boolean',
    label: 'Mentions in values',
    help: 'Lets a value notify people, as <@U012AB3CD> or <!here> does.',
    default: false,
  },
  unfurl: { type: 'boolean', label: 'Show previews of links', default: false },
} as const;

/** For objects where each row says whom it is for. */
export const addressed = (label: string, help: string) =>
  ({ field: { type: 'text', label, help, required: true }, ...options }) as const;

export type Options = SettingsOf<typeof options> & { readonly field?: string };

export const changes = ['added', 'changed', 'removed'] as const;
export type Change = (typeof changes)[number];

/** Which rows are told of. */
export function announced(given: Readonly<Record<string, unknown>>): readonly Change[] {
  const named = changes.filter((change) => given[change] !== undefined);
  return named.length > 0 ? named : ['added'];
}
