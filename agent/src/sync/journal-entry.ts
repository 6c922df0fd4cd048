import { Failure } from '../failure.js';
import { journalFormat } from './journal-format.js';
import type { Entry, Intent, NamedJob } from './journal-format.js';
import type { Change } from './mapping.js';
import { isOlderEntry, newerForm } from './older-entry.js';
import type { Outcomes } from './outcomes.js';
import { waysOut } from './ways-out.js';

/** Pieces of an entry, of some 64 thousand rows each: an object has 1.5 MiB at most, and mostly less than a tenth of it. */
const maxPieces = 16;

/** As many entries as it takes. */
export function* entriesOf(
  intents: Intent[],
  outcomes: ReadonlyMap<Change, Outcomes>,
): Generator<Entry> {
  let entry: Entry = { intents, outcomes: [] };
  let count = 0;
  for (const [change, told] of outcomes)
    for (const piece of told.pieces()) {
      if (count === maxPieces) {
        yield entry;
        entry = { intents: [], outcomes: [] };
        count = 0;
      }
      const last = entry.outcomes.at(-1);
      if (last?.change === change) last.pieces.push(piece);
      else entry.outcomes.push({ change, codes: told.codes, pieces: [piece] });
      count += 1;
    }
  if (entry.intents.length > 0 || count > 0) yield entry;
}

export function encodeEntry(entry: Entry): Uint8Array {
  return Buffer.from(JSON.stringify({ format: journalFormat, ...entry }));
}

/**
 * Adds what an object of a journal tells to what is known, and returns the jobs that it names. Throws CONFIG `journal.corrupt` where that can't be told: what
 * isn't known must not count as not sent.
 */
export function takeEntry(body: Uint8Array, parts: ReadonlyMap<Change, Outcomes>): NamedJob[] {
  const of = (change: Change): Outcomes => {
    const outcomes = parts.get(change);
    if (!outcomes) throw new TypeError('The delivery has no such part.');
    return outcomes;
  };
  try {
    const { intents, outcomes, jobs = [] } = entryOf(JSON.parse(Buffer.from(body).toString()));
    for (const { change, ...told } of outcomes) of(change).take(told);
    for (const { change, from, to } of intents) {
      if (!(from >= 0 && from <= to)) throw new TypeError('These are no rows.');
      of(change).handOver(from, to);
    }
    return jobs;
  } catch (error) {
    throw new Failure(
      'CONFIG',
      'journal.corrupt',
      `An earlier run was cut off, and what it noted of its delivery can not be read. ${waysOut}`,
      { cause: error },
    );
  }
}

function entryOf(read: unknown): Entry {
  if (isOlderEntry(read)) return newerForm(read);
  const entry = read as { format?: unknown } & Entry;
  if (entry.format !== journalFormat) throw new TypeError('The entry has an unknown form.');
  return entry;
}
