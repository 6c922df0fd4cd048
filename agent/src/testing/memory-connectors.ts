import type {
  Batch,
  DestinationConnection,
  Finder,
  FinderRequest,
  Found,
  MatchBatch,
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
  form: () => string = () => 'memory',
): SourceConnection {
  return {
    check: async () => undefined,
    query: async ({ columns }) => ({
      columns: columns.map((name) => ({ name, ...typeOf(name) })),
      form: form(),
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
  /** Records of other objects, by the object's name. */
  related: Map<string, TextRow[]>;
  /** Texts that were looked up, batch by batch. */
  lookedUp: string[][];
}

export interface Moods {
  /** Called before each batch is taken; what it throws is the batch's fate. */
  before?: (batch: Batch) => void;
  /** Called after a batch was taken and before its answer leaves. */
  after?: (batch: Batch) => void;
  /** Rows of which the destination wants nothing; `batch`: it says so of a whole batch, without naming the row. */
  refuses?: (row: TextRow) => boolean;
  refusesBy?: 'row' | 'batch';
  /** Rows that are not answered for now; taken all the same where the failure says that they may be. */
  putsOff?: (row: TextRow) => Failure | undefined;
  maxRows?: number;
  concurrency?: number;
  /** Looks up what became of appended rows; what it throws is the answer. */
  recalling?: () => void;
  /** Called with the records of changed rows, which then come with what they were. */
  changed?: (records: ReturnType<Batch['records']>) => void;
  /** Called with what is about to be looked up or made; what it throws is the answer. */
  finding?: (what: 'find' | 'create', texts: readonly string[]) => void;
  /** Called after missing records were made and before the answer leaves. */
  created?: () => void;
}

/** A destination with a memory, which obeys the contract and has moods. */
export function memoryDestination(moods: Moods = {}): MemoryDestination {
  const records = new Map<string, TextRow>();
  const appended: TextRow[] = [];
  const batches: MemoryDestination['batches'] = [];
  const related: MemoryDestination['related'] = new Map();
  const lookedUp: string[][] = [];
  const taken = new Set<string>();
  return {
    records,
    appended,
    batches,
    related,
    lookedUp,
    openFinder: async (request) => memoryFinder(request, { related, lookedUp, moods }),
    check: async () => undefined,
    close: async () => undefined,
    open: async (request) => ({
      maxRows: moods.maxRows ?? 7,
      maxBytes: 1 << 20,
      concurrency: moods.concurrency ?? 1,
      isRepeatable: (kind) => kind !== 'append',
      close: async () => undefined,
      ...(moods.changed && { wantsFormer: true }),
      ...(moods.recalling && {
        recall: async (batch: Batch) => {
          moods.recalling?.();
          return Array.from({ length: batch.size }, (_, n): Outcome | undefined =>
            taken.has(batch.nameOf(n)) ? { kind: 'accepted' } : undefined,
          );
        },
      }),
      deliver: async (batch) => {
        moods.before?.(batch);
        if (batch.change === 'changed') moods.changed?.(batch.records());
        const rows = textsOf(batch.lines).map((texts) => rowOf(request, texts));
        if (moods.refusesBy === 'batch' && rows.some(({ row }) => moods.refuses?.(row)))
          throw refused();
        const outcomes = rows.map((row): Outcome => {
          const failure = moods.putsOff?.(row.row);
          if (!failure) return take(batch.kind, row);
          if (failure.code === 'destination.failed_midway') take(batch.kind, row);
          return { kind: 'rejected', failure };
        });
        for (let n = 0; n < batch.size; n += 1) taken.add(batch.nameOf(n));
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

function memoryFinder(
  { object, match, returns }: FinderRequest,
  to: { related: MemoryDestination['related']; lookedUp: string[][]; moods: Moods },
): Finder {
  const rows = to.related.get(object);
  if (!rows) throw new Failure('CONFIG', 'destination.object_missing', 'There is no such object.');
  const names = match.map(({ name }) => name);
  const answer = (texts: readonly (string | null)[]): Found => {
    const found = rows.filter((row) => names.every((name, n) => row[name] === texts[n]));
    if (found.length > 1) return { kind: 'many' };
    return found[0] ? { kind: 'found', text: found[0][returns] ?? null } : { kind: 'missing' };
  };
  const asked = (what: 'find' | 'create', batch: MatchBatch): (string | null)[][] => {
    const all = textsOf(batch.lines);
    to.moods.finding?.(what, all.map(String));
    if (what === 'find') to.lookedUp.push(all.map(String));
    return all;
  };
  return {
    type: 'text',
    maxRows: to.moods.maxRows ?? 7,
    maxBytes: 1 << 20,
    concurrency: to.moods.concurrency ?? 1,
    isRepeatable: false,
    find: async (batch) => asked('find', batch).map(answer),
    create: async (batch) => {
      const all = asked('create', batch);
      for (const texts of all.filter((each) => answer(each).kind === 'missing'))
        rows.push({
          ...Object.fromEntries(names.map((name, n) => [name, texts[n] ?? null])),
          [returns]: `new ${rows.length}`,
        });
      to.moods.created?.();
      return all.map(answer);
    },
    close: async () => undefined,
  };
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
