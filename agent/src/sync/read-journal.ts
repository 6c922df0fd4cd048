import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import { decodeEntry } from './journal-entry.js';
import type { Entry } from './journal-entry.js';
import type { InFlight } from './journal.js';
import type { Change } from './mapping.js';
import { OutcomeSets } from './outcomes.js';
import type { Outcomes } from './outcomes.js';
import type { SyncPaths } from './paths.js';
import { RangeSet } from './ranges.js';
import type { Range } from './ranges.js';
import { waysOut } from './ways-out.js';

/** What a delivery that was cut off left behind of a part of its plan. */
export type Declared = Outcomes & { intended: Range[] };

/** By change. */
export async function readJournal(
  left: InFlight,
  tools: { store: Store; paths: SyncPaths; signal: AbortSignal },
): Promise<Map<Change, Declared>> {
  const found = new Map<Change, { outcomes: OutcomeSets; intended: RangeSet }>();
  const of = (change: Change): { outcomes: OutcomeSets; intended: RangeSet } => {
    const known = found.get(change) ?? { outcomes: new OutcomeSets(), intended: new RangeSet() };
    found.set(change, known);
    return known;
  };
  for await (const { intents, outcomes } of entriesOf(left, tools)) {
    for (const { change, from, to } of intents) of(change).intended.add(from, to);
    for (const { change, ...each } of outcomes) of(change).outcomes.gather(each);
  }
  const listed = [...found].map(
    ([change, { outcomes, intended }]) =>
      [change, { ...outcomes.list(), intended: intended.list() }] as const,
  );
  return new Map(listed);
}

/** Rows of a part that may have left: intents run ahead of it. */
export function declaredIn({ intended }: Pick<Declared, 'intended'>, rows: number): Range[] {
  return intended.map(([from, to]): Range => [from, Math.min(to, rows)]);
}

/** In their order. Throws CONFIG `journal.missing` where one is lost: its rows would look as if they had never left. */
async function* entriesOf(
  left: InFlight,
  { store, paths, signal }: { store: Store; paths: SyncPaths; signal: AbortSignal },
): AsyncGenerator<Entry> {
  const isNumbered = left.journal !== undefined;
  const epoch = BigInt(left.epoch);
  let number = 0;
  for await (const { key } of store.list(`${paths.acks(left.runId)}${epoch}-`, signal)) {
    if (isNumbered && key !== paths.ack(left.runId, epoch, number)) throw missing();
    const object = await store.get(key, signal);
    if (!object) throw missing();
    yield decodeEntry(object.body);
    number += 1;
  }
  if (isNumbered && number === 0) throw missing();
}

function missing(): Failure {
  return new Failure(
    'CONFIG',
    'journal.missing',
    `An earlier run was cut off, and what it noted of its delivery is not in the bucket any more: nobody knows what arrived. ${waysOut}`,
  );
}
