import type { Given } from './command.js';
import { CliFailure } from './failure.js';
import type { RunFilter } from './operation.js';

export const filterOptions = [
  ['--state <states>', 'only those in these states, such as failed,parked'],
  ['--trigger <trigger>', 'only those that a schedule, api or ui started'],
  ['--since <time>', 'only those queued then or later, such as 2026-11-25T06:00Z'],
  ['--until <time>', 'only those queued before then'],
  ['--pool <pool>', 'only those of syncs that run in this pool'],
  ['--destination <name>', 'only those of syncs to this destination'],
] as const;

/** What the options of `runs` ask for; the server says which states and triggers there are. */
export function runFilterOf(options: Given['options']): RunFilter {
  const textOf = (name: string): string | undefined => {
    const given = options[name];
    return typeof given === 'string' ? given : undefined;
  };
  const states = textOf('state')?.split(',');
  const said = {
    states,
    trigger: textOf('trigger'),
    from: timeOf('since', textOf('since')),
    to: timeOf('until', textOf('until')),
    pool: textOf('pool'),
    destination: textOf('destination'),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function timeOf(flag: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const time = new Date(given);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new CliFailure('cli.usage', `--${flag} is a time, such as 2026-11-25T06:00Z.`, 2);
}
