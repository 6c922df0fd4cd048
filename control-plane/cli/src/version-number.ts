import { CliFailure } from './failure.js';

/** Of a configuration: a whole number, 0 for what was there before the first version. */
export function versionOf(given: string | boolean | undefined): number {
  if (typeof given === 'string' && /^\d{1,9}$/.test(given)) return Number(given);
  throw new CliFailure(
    'cli.usage',
    'A version is a whole number, as drawbridge versions lists them.',
    2,
  );
}

export const optionalVersion = (given: string | boolean | undefined): number | null =>
  given === undefined ? null : versionOf(given);
