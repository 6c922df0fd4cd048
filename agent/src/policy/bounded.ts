import type {
  AnyTarget,
  BulkTarget,
  DestinationConnection,
  Finder,
} from '../connector/destination.js';
import type { Journey } from '../connector/journey.js';
import type { Listed } from '../connector/listing.js';
import type {
  ReadingBounds,
  RowStream,
  SourceConnection,
  SourceQuery,
  UnloadedRows,
} from '../connector/source.js';
import { Failure } from '../failure.js';
import type { SourceRule } from './policy.js';
import { allowsTable, assertColumn, assertTable, deniesColumn, isLimited } from './verdict.js';

/** A source within its journey, that reads what its rule allows. */
export function boundedSource(
  source: SourceConnection,
  rule: SourceRule,
  journey: Journey,
): SourceConnection {
  const { unload, list } = source;
  const bounded = (query: SourceQuery): SourceQuery => {
    assertColumns(rule, query);
    return 'sql' in query.model && isLimited(rule) ? { ...query, bounds: boundsOf(rule) } : query;
  };
  return {
    check: (signal) => travel(journey, () => source.check(journey.signalOf(signal))),
    query: async (query, signal) => {
      const asked = bounded(query);
      const rows = await travel(journey, () => source.query(asked, journey.signalOf(signal)));
      return boundedRows(rows, rule, journey);
    },
    ...(unload && {
      unload: async (query, to, signal) => {
        const asked = bounded(query);
        const begin = () => unload.call(source, asked, to, journey.signalOf(signal));
        return boundedUnload(await travel(journey, begin), rule, journey);
      },
    }),
    ...(list && {
      list: async (path, signal) => {
        assertPath(rule, path);
        const all = await travel(journey, () => list.call(source, path, journey.signalOf(signal)));
        return all.filter((one) => showsIn(rule, path, one));
      },
    }),
    close: () => travel(journey, () => source.close()),
  };
}

/** A destination within its journey. */
export function boundedDestination(
  destination: DestinationConnection,
  allowsObject: (name: string) => boolean,
  journey: Journey,
): DestinationConnection {
  const { openFinder, list } = destination;
  return {
    check: (signal) => travel(journey, () => destination.check(journey.signalOf(signal))),
    open: async (request, signal) => {
      const open = () => destination.open(request, journey.signalOf(signal));
      return boundedTarget(await travel(journey, open), journey);
    },
    ...(openFinder && {
      openFinder: async (request, signal) => {
        const open = () => openFinder.call(destination, request, journey.signalOf(signal));
        return through<Finder>(await travel(journey, open), journey);
      },
    }),
    ...(list && {
      list: async (path, signal) => {
        const [object] = path;
        if (object !== undefined && !allowsObject(object)) throw notShown(object);
        const ask = () => list.call(destination, path, journey.signalOf(signal));
        const all = await travel(journey, ask);
        return object === undefined ? all.filter(({ name }) => allowsObject(name)) : all;
      },
    }),
    close: () => travel(journey, () => destination.close()),
  };
}

/** What was refused on the way is why it failed, whatever a library made of it. */
async function travel<T>(journey: Journey, work: () => T | Promise<T>): Promise<T> {
  try {
    return await journey.within(work);
  } catch (error) {
    throw journey.refusal ?? error;
  }
}

/** Every call of it within the journey. */
function through<T extends object>(one: T, journey: Journey): T {
  return new Proxy(one, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const told = args.map((arg) => (arg instanceof AbortSignal ? journey.signalOf(arg) : arg));
        const answer: unknown = journey.within(() => Reflect.apply(value, target, told));
        return answer instanceof Promise ? travel(journey, () => answer) : answer;
      };
    },
  });
}

function boundedTarget(target: AnyTarget, journey: Journey): AnyTarget {
  const inside = through(target, journey);
  const { begin } = target;
  const { batches } = target as Partial<BulkTarget>;
  return new Proxy(inside, {
    get: (_, name) => {
      if (name === 'begin' && begin)
        return async (...told: Parameters<typeof begin>) => {
          const taker = await travel(journey, () => begin.apply(target, told));
          return taker === target ? inside : boundedTarget(taker, journey);
        };
      if (name === 'batches' && batches) return boundedTarget(batches, journey);
      return Reflect.get(inside, name, inside) as unknown;
    },
  });
}

function boundedRows(rows: RowStream, rule: SourceRule, journey: Journey): RowStream {
  return {
    columns: rows.columns,
    form: rows.form,
    chunks: counted(rows.chunks, rule, journey),
    close: () => travel(journey, () => rows.close()),
  };
}

function boundedUnload(rows: UnloadedRows, rule: SourceRule, journey: Journey): UnloadedRows {
  return {
    columns: rows.columns,
    form: rows.form,
    unload: async () => {
      const count = await travel(journey, () => rows.unload());
      assertRows(rule, count);
      return count;
    },
    close: () => travel(journey, () => rows.close()),
  };
}

const lineFeed = 0x0a;

/** Stops as soon as there are more rows than may be read, and has compared nothing by then. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  rule: SourceRule,
  journey: Journey,
): AsyncGenerator<Uint8Array> {
  const rows = journey.within(() => chunks[Symbol.asyncIterator]());
  let count = 0;
  try {
    for (;;) {
      const { value, done } = await travel(journey, () => rows.next());
      if (done) return;
      if (rule.maxRows !== undefined) assertRows(rule, (count += linesIn(value)));
      yield value;
    }
  } finally {
    await travel(journey, () => rows.return?.());
  }
}

function linesIn(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}

function assertRows({ maxRows }: SourceRule, count: number): void {
  if (maxRows === undefined || count <= maxRows) return;
  throw new Failure(
    'CONFIG',
    'policy.too_many_rows_read',
    'The query has more rows than the agent’s policy lets a run read. Select fewer, or raise maxRows of the source’s rule.',
  );
}

/** Of a table, what is read of it is what is asked for; of SQL, its names at least. */
function assertColumns(rule: SourceRule, { model, columns, first }: SourceQuery): void {
  const table = 'table' in model ? model.table : '';
  const ordering = first?.orderBy.map(({ column }) => column) ?? [];
  for (const column of [...columns, ...ordering]) assertColumn(rule, column, table);
}

function boundsOf(rule: SourceRule): ReadingBounds {
  return {
    relation: (name) => assertTable(rule, name),
    column: (name, origin) => {
      if (rule.deniedColumns.length === 0) return;
      assertColumn(rule, name, '');
      if (!origin) throw computed(name);
      assertColumn(rule, origin.column, origin.table);
    },
  };
}

function computed(column: string): Failure {
  return new Failure(
    'CONFIG',
    'policy.column_computed',
    'The agent’s policy denies columns, and nobody can tell which of them a computed column is made of. Let the model return columns of tables as they are, or compute in a view.',
    { detail: column },
  );
}

/** The names of a path are those of a table, or lead to it. */
function assertPath(rule: SourceRule, path: readonly string[]): void {
  const table = path.join('.');
  if (leadsToTable(rule, path)) return;
  throw notShown(table);
}

function leadsToTable({ tables }: SourceRule, path: readonly string[]): boolean {
  if (tables === undefined || path.length === 0) return true;
  if (allowsTable(tables, path.join('.'))) return true;
  const start = `${path.join('.')}.`;
  return tables.some((pattern) => {
    const [fixed = ''] = pattern.split('*');
    return pattern === fixed
      ? fixed.startsWith(start)
      : fixed.startsWith(start) || start.startsWith(fixed);
  });
}

function showsIn(rule: SourceRule, path: readonly string[], { name, kind }: Listed): boolean {
  if (kind === 'column') return !deniesColumn(rule, name, path.join('.'));
  if (kind === 'table' || kind === 'view')
    return allowsTable(rule.tables, [...path, name].join('.'));
  return leadsToTable(rule, [...path, name]);
}

function notShown(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'policy.name_forbidden',
    'The agent’s policy does not allow what the list is asked for. Choose among what it shows.',
    { detail },
  );
}
