import type { Entry, Intent } from './journal-format.js';
import type { Change } from './mapping.js';
import { numberOf } from './outcomes.js';
import type { Piece } from './packed-piece.js';

// What older agents left in each object of a journal: one intent, or the outcomes of one change as lists of rows.

type Range = readonly [from: number, to: number];

type OlderEntry =
  | ({ kind: 'intent' } & Intent)
  | {
      kind: 'outcome';
      change: Change;
      answered: Range[];
      /** All of them were answered. */
      refused: Range[];
      unknown: Range[];
      skipped: Range[];
      /** The refused rows by the code of the answer. */
      refusals: Record<string, Range[]>;
    };

export function isOlderEntry(read: unknown): read is OlderEntry {
  const { format, kind } = read as { format?: unknown; kind?: unknown };
  return format === undefined && (kind === 'intent' || kind === 'outcome');
}

/** Later pieces win, so what is known more closely comes last. */
export function newerForm(older: OlderEntry): Entry {
  if (older.kind === 'intent') return { intents: [older], outcomes: [] };
  const codes = Object.keys(older.refusals);
  const pieces = [
    ...piecesOf(older.answered, numberOf('accepted')),
    ...piecesOf(older.skipped, numberOf('skipped')),
    ...piecesOf(older.unknown, numberOf('unknown')),
    ...piecesOf(older.refused, numberOf('left_out')),
    ...codes.flatMap((code, n) => piecesOf(older.refusals[code] ?? [], numberOf('rejected') + n)),
  ];
  return { intents: [], outcomes: [{ change: older.change, codes, pieces }] };
}

function piecesOf(ranges: readonly Range[], value: number): Piece[] {
  return ranges.map(([from, to]) => ({ from, runs: [value, to - from] }));
}
