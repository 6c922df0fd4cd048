import type { Command } from '../command.js';
import { CliFailure } from '../failure.js';
import { createApiKey } from '../operation.js';

export const keys: Command = {
  usage: 'keys <create> <name>',
  summary: 'make an API key for a script',
  example: 'drawbridge keys create ci --expires 2027-06-30',
  options: [['--expires <date>', 'when it stops to work; never, if left out']],
  act: async ({ args: [action, name = ''], options }, context) => {
    if (action !== 'create')
      throw new CliFailure(
        'cli.usage',
        `keys ${action} is not known. Write: drawbridge keys create NAME`,
        2,
      );
    const input = { name, expiresAt: expiryOf(options.expires) };
    const { createApiKey: made } = await context.ask()(createApiKey, { input });
    context.note('Keep it now: it is not shown again.');
    return { json: { ...made, name, expiresAt: input.expiresAt }, lines: [made.key] };
  },
};

function expiryOf(given: string | boolean | undefined): string | null {
  if (typeof given !== 'string') return null;
  const date = new Date(given);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new CliFailure('cli.usage', '--expires is a date, such as 2027-06-30.', 2);
}
