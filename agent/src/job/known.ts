import { Failure } from '../failure.js';

/** A word of the wire in ours; throws `spec.incomplete` for one that only a newer agent has. */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw incomplete();
  return value;
}

export function incomplete(): Failure {
  return new Failure(
    'CONFIG',
    'spec.incomplete',
    'The sync asks for something that this agent does not know. Install a newer agent.',
  );
}
