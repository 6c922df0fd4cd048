import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import { takeEntry } from './journal-entry.js';
import type { NamedJob } from './journal-format.js';
import type { InFlight } from './journal.js';
import type { Change } from './mapping.js';
import { Outcomes } from './outcomes.js';
import type { SyncPaths } from './paths.js';
import { waysOut } from './ways-out.js';

export interface Journaled {
  /** What is known of the rows, by change. */
  outcomes: Map<Change, Outcomes>;
  /** In the order in which they were named. */
  jobs: NamedJob[];
}

/**
 * What is known of the rows of a delivery that was cut off. Throws CONFIG `journal.missing` where an entry is
 * lost: its rows would look as if they had never left.
 */
export async function readJournal(
  left: InFlight,
  { store, paths, signal }: { store: Store; paths: SyncPaths; signal: AbortSignal },
): Promise<Journaled> {
  const jobs: NamedJob[] = [];
  const outcomes = new Map(left.parts.map(({ change, rows }) => [change, new Outcomes(rows)]));
  for await (const object of readAhead(keysOf(left, { store, paths, signal }), (key) =>
    store.get(key, signal),
  )) {
    if (!object) throw missing();
    jobs.push(...takeEntry(object.body, outcomes));
  }
  return { outcomes, jobs };
}

/** Of the entries, none of which is missing. */
async function* keysOf(
  left: InFlight,
  { store, paths, signal }: { store: Store; paths: SyncPaths; signal: AbortSignal },
): AsyncGenerator<string> {
  const isNumbered = left.journal !== undefined;
  const epoch = BigInt(left.epoch);
  let number = 0;
  for await (const { key } of store.list(`${paths.acks(left.runId)}${epoch}-`, signal)) {
    if (isNumbered && key !== paths.ack(left.runId, epoch, number)) throw missing();
    yield key;
    number += 1;
  }
  if (isNumbered && number === 0) throw missing();
}

/** Objects that are asked for before they are needed: a journal can have many, and each is far away. */
const maxAhead = 16;

async function* readAhead<T>(
  keys: AsyncIterable<string>,
  read: (key: string) => Promise<T>,
): AsyncGenerator<T> {
  const waiting: Promise<T>[] = [];
  for await (const key of keys) {
    const one = read(key);
    // If an earlier one fails, nobody waits for this one any more.
    one.catch(() => undefined);
    waiting.push(one);
    if (waiting.length > maxAhead) yield (await waiting.shift()) as T;
  }
  for (const one of waiting) yield await one;
}

function missing(): Failure {
  return new Failure(
    'CONFIG',
    'journal.missing',
    `An earlier run was cut off, and what it noted of its delivery is not in the bucket any more: nobody knows what arrived. ${waysOut}`,
  );
}
