import type {
  Batch,
  DestinationConnection,
  OperationKind,
  Outcome,
  TargetRequest,
} from '../connector/destination.js';
import { linesOf, textsOf } from '../connector/lines.js';
import type { SourceConnection } from '../connector/source.js';
import type { ValueType } from '../connector/value.js';
import { Failure } from '../failure.js';

export type TextRow = Record<string, string | null>;

const text = { type: 'text' as const, vendorType: 'text' };

/** A table in memory that is read as canonical lines, in pieces cut anywhere. */
export function memorySource(
  table: () => readonly TextRow[],
  typeOf: (name: string) => { type: ValueType; vendorType: string } = () => text,
): SourceConnection {
  return {
    check: async () => undefined,
    query: async ({ columns }) => ({
      columns: columns.map((name) => ({ name, ...typeOf(name) })),
      chunks: (async function* () {
        const lines = linesOf(table().map((row) => columns.map((name) => row[name] ?? null)));
        for (let at = 0; at < lines.length; at += 1000) yield lines.subarray(at, at + 1000);
      })(),
      close: async () => undefined,
    }),
    close: async () => undefined,
  };
}

export interface MemoryDestination extends DestinationConnection {
  /** Records by their key's texts, joined. */
  records: Map<string, TextRow>;
  /** Rows in the order in which they arrived; for append. */
  appended: TextRow[];
  batches: { kind: OperationKind; size: number }[];
}

export interface Moods {
  /** Called before each batch is taken; what it throws is the batch's fate. */
  before?: (batch: Batch) => void;
  /** Called after a batch was taken and before its answer leaves. */
  after?: (batch: Batch) => void;
  /** Rows of which the destination wants nothing; `batch`: it says so of a whole batch, without naming the row. */
  refuses?: (row: TextRow) => boolean;
  refusesBy?: 'row' | 'batch';
  maxRows?: number;
  concurrency?: number;
}

/** A destination with a memory, which obeys the contract and has moods. */
export function memoryDestination(moods: Moods = {}): MemoryDestination {
  const records = new Map<string, TextRow>();
  const appended: TextRow[] = [];
  const batches: MemoryDestination['batches'] = [];
  return {
    records,
    appended,
    batches,
    check: async () => undefined,
    close: async () => undefined,
    open: async (request) => ({
      maxRows: moods.maxRows ?? 7,
      maxBytes: 1 << 20,
      concurrency: moods.concurrency ?? 1,
      isRepeatable: (kind) => kind !== 'append',
      close: async () => undefined,
      deliver: async (batch) => {
        moods.before?.(batch);
        const rows = textsOf(batch.lines).map((texts) => rowOf(request, texts));
        if (moods.refusesBy === 'batch' && rows.some(({ row }) => moods.refuses?.(row)))
          throw refused();
        const outcomes = rows.map((row) => take(batch.kind, row));
        batches.push({ kind: batch.kind, size: batch.size });
        moods.after?.(batch);
        return outcomes;
      },
    }),
  };

  function take(kind: OperationKind, { key, row }: { key: string; row: TextRow }): Outcome {
    if (moods.refuses?.(row)) return { kind: 'rejected', failure: refused() };
    const had = records.get(key);
    if (kind === 'append') appended.push(row);
    else if (kind === 'delete') records.delete(key);
    else if ((kind === 'update' && !had) || (kind === 'create' && had)) return { kind: 'skipped' };
    else if (kind === 'clear' || kind === 'set' || kind === 'archive')
      records.set(key, { ...had, gone: kind });
    else records.set(key, { ...had, ...row });
    return { kind: 'accepted' };
  }
}

function rowOf(request: TargetRequest, texts: (string | null)[]): { key: string; row: TextRow } {
  const names = [...request.key, ...request.fields].map(({ name }) => name);
  const row = Object.fromEntries(names.map((name, n) => [name, texts[n] ?? null]));
  return { key: JSON.stringify(request.key.map(({ name }) => row[name])), row };
}

function refused(): Failure {
  return new Failure('REJECTED', 'destination.rejected', 'Refused.', {
    vendorCode: '23514',
    detail: 'refused by mood',
  });
}
