import type { Batch } from '../../connector/destination.js';
import type { Fields, SettingsOf } from '../../connector/field.js';

/** What a sync may say of its messages. */
export const messageOptions = {
  tokens: {
    type: 'template',
    label: 'Further tokens of the subject',
    help: 'Stand behind the object, with a dot between: for those who listen to some rows alone.',
    example: '{{ region }}.{{ id }}',
  },
  changed: { type: 'boolean', label: 'Tell of rows that have changed', default: false },
  removed: { type: 'boolean', label: 'Tell of rows that have left the query', default: false },
} as const satisfies Fields;

/** Which changes become messages. */
export function announced(options: Readonly<Record<string, unknown>>): readonly Batch['change'][] {
  const { changed, removed } = options as Partial<SettingsOf<typeof messageOptions>>;
  return [
    'added',
    ...(changed ? ['changed' as const] : []),
    ...(removed ? ['removed' as const] : []),
  ];
}
