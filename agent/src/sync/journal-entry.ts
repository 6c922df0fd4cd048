import { Failure } from '../failure.js';
import type { Change } from './mapping.js';
import type { Outcomes } from './outcomes.js';
import { waysOut } from './ways-out.js';

/** Rows that may be handed to the destination from now on. */
export interface Intent {
  change: Change;
  from: number;
  to: number;
}

/** What one object of a journal tells. The first of a journal tells nothing: that it is there says that none is lost. */
export interface Entry {
  intents: Intent[];
  outcomes: ({ change: Change } & Outcomes)[];
}

export const journalFormat = 2;

export function encodeEntry(entry: Entry): Uint8Array {
  return Buffer.from(JSON.stringify({ format: journalFormat, ...entry }));
}

/** Throws CONFIG `journal.corrupt` where nobody can tell what it says; what isn't known must not count as not sent. */
export function decodeEntry(body: Uint8Array): Entry {
  try {
    return entryOf(JSON.parse(Buffer.from(body).toString()) as Readable);
  } catch (error) {
    throw new Failure(
      'CONFIG',
      'journal.corrupt',
      `An earlier run was cut off, and what it noted of its delivery can not be read. ${waysOut}`,
      { cause: error },
    );
  }
}

/** Of older agents, each object was an intent or the outcomes of one change. */
type Readable =
  | ({ format: typeof journalFormat } & Entry)
  | ({ format?: undefined; kind: 'intent' } & Intent)
  | ({ format?: undefined; kind: 'outcome'; change: Change } & Outcomes);

function entryOf(read: Readable): Entry {
  if (read.format === journalFormat) return read;
  if (read.format === undefined && read.kind === 'intent') return { intents: [read], outcomes: [] };
  if (read.format === undefined && read.kind === 'outcome')
    return { intents: [], outcomes: [read] };
  throw new TypeError('The entry has an unknown form.');
}
