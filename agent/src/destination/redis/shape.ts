import type { Batch, OperationKind, Outcome } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { Octets } from './octets.js';
import { askScript, makeScript } from './resp.js';
import type { Ask } from './resp.js';

/** How records lie in Redis: what the rows of a batch ask for, and what a reply means. */
export interface Shape {
  /** One for each row, in order; a REJECTED Failure for a row of which no command can be made. */
  asksOf(batch: Batch): (Ask | Failure)[];
  /**
   * Names of commands that come second in a script, or only with a removal, with what follows the key: they do nothing to a
   * key that is not there. Whether the user may run them is found out before a row is half written.
   */
  readonly laterCommands: readonly (readonly [name: string, ...rest: string[]])[];
  /** Of a reply that is no error. */
  outcomeOf(reply: unknown, kind: OperationKind): Outcome;
}

/** A row of a batch: key fields, then fields, in the request's order. */
export type Row = readonly (Octets | null)[];

export function asksOfRows(
  rows: readonly Row[],
  askOf: (row: Row, n: number) => Ask,
): (Ask | Failure)[] {
  return rows.map((row, n) => {
    try {
      return askOf(row, n);
    } catch (error) {
      if (error instanceof Failure && error.kind === 'REJECTED') return error;
      throw error;
    }
  });
}

export const accepted: Outcome = { kind: 'accepted' };
export const skipped: Outcome = { kind: 'skipped' };

/** Of commands that say 0 when a record that was to be made was there, or one that was to be changed was not. */
export function countedOutcome(reply: unknown, kind: OperationKind): Outcome {
  return (kind === 'create' || kind === 'update') && reply === 0 ? skipped : accepted;
}

const dropScript = makeScript(
  `if redis.call('TYPE', KEYS[1]).ok == ARGV[1] then redis.call('UNLINK', KEYS[1]) end
return 1`,
);

/** Removes a key if it still holds what we write; of any other type, it is somebody else's by now. */
export function askToDrop(key: Octets, type: string): Ask {
  return askScript(dropScript, key, [type]);
}
