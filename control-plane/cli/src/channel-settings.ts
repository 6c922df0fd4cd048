import { readFile } from 'node:fs/promises';
import type { ChannelSettings } from './channel-operation.js';
import type { Given } from './command.js';
import { CliFailure } from './failure.js';

/** What a channel is made of, by its kind. Throws CliFailure `cli.usage` of what is missing. */
export async function channelSettings(
  kind: string | boolean | undefined,
  { url, events, secret, to }: Given['options'],
): Promise<ChannelSettings> {
  switch (kind) {
    case 'webhook':
      return { webhook: { url: given(url, '--url'), kinds: listed(given(events, '--events')) } };
    case 'slack':
      return { slack: { url: await secretOf(given(secret, '--secret')) } };
    case 'pagerduty':
      return {
        pagerDuty: {
          routingKey: await secretOf(given(secret, '--secret')),
          url: typeof url === 'string' ? url : null,
        },
      };
    case 'email':
      return { email: { to: listed(given(to, '--to')) } };
    default:
      throw new CliFailure('cli.usage', '--kind is webhook, slack, pagerduty or email.', 2);
  }
}

function given(option: string | boolean | undefined, flag: string): string {
  if (typeof option === 'string' && option !== '') return option;
  throw new CliFailure('cli.usage', `${flag} is missing. See: drawbridge channels --help`, 2);
}

const listed = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || []);

/** Not on the command line itself, where other users of the machine and the shell's history would see it. */
async function secretOf(reference: string): Promise<string> {
  const [, place, name = ''] = /^(env|file):(.+)$/.exec(reference) ?? [];
  const value =
    place === 'env'
      ? process.env[name]
      : place === 'file' && (await readFile(name, 'utf8').catch(() => undefined));
  if (value) return value.trim();
  const message = '--secret is env:NAME or file:/path of what is there, so that nobody sees it.';
  throw new CliFailure('cli.usage', message, 2);
}
