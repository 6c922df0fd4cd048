import type { FileFormat, Load, ResultFile } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { quoteName, quoteText } from '../duck/duck.js';

/** Neighbours among a load's rows that ended alike. */
export interface JobEnd {
  from: number;
  to: number;
  kind: ResultFile['kind'] | 'unknown';
  /** The vendor's own words. */
  reason?: string;
  /** The first of the rows as it was sent. */
  sample?: Readonly<Record<string, string | null>>;
}

interface Sent {
  duck: Duck;
  load: Pick<Load, 'path' | 'folder' | 'columns' | 'keyColumns' | 'number' | 'change'>;
  format: FileFormat;
  /** SQL of the rows' numbers, in the order of the file. */
  ords: string;
}

/**
 * What result files say of the rows of a load. Rows are known again by the texts of their key as they were sent; of
 * several with the same texts each is told of once. What no file names is unknown.
 */
export async function endsOfJob(
  results: readonly ResultFile[],
  { duck, load, format, ords }: Sent,
): Promise<JobEnd[]> {
  const table = `load_${load.change}_${load.number}`;
  await duck.run(`create temp table ${table} as ${sentSql({ load, format, ords })}`);
  try {
    const match = load.keyColumns.map((_, n) => matchColumn(n));
    const columns = [...match, 'kind', 'reason'].map((name) => `${name} varchar`);
    await duck.run(`create temp table told_${table} (${columns.join(', ')})`);
    for (const file of results) await duck.run(`insert into told_${table} ${toldSql(file, load)}`);
    const found = await duck.rows(endsSql(table, match));
    return found.map(endOf);
  } finally {
    await duck.run(`drop table ${table}; drop table if exists told_${table}`);
  }
}

/** Bytes. Several files of such buffers are no more than the memory of a run. */
const longestLine = 2 << 20;

const matchColumn = (n: number): string => `m${n}`;

/** The rows with their numbers, what they are known again by, and themselves as JSON. */
function sentSql({ load, format, ords }: Pick<Sent, 'load' | 'format' | 'ords'>): string {
  const match = load.keyColumns.map((name, n) => `f.${quoteName(name)} as ${matchColumn(n)}`);
  const file = csv(load.path, format.delimiter);
  return `select o.ord, ${match.join(', ')}, to_json(f) as sent
    from (${ords}) o positional join ${file} f`;
}

/** Texts alone: what was sent as `1.50` and comes back so is the same, whatever it means. */
function csv(path: string, delimiter = ','): string {
  return `read_csv(${quoteText(path)}, header = true, all_varchar = true, delim = ${quoteText(delimiter)},
    quote = '"', escape = '"', sample_size = 1, parallel = false,
    max_line_size = ${longestLine}, buffer_size = ${2 * longestLine})`;
}

function toldSql(
  { path, kind, reason }: ResultFile,
  { keyColumns }: Pick<Load, 'keyColumns'>,
): string {
  const why = reason === undefined ? 'null' : quoteName(reason);
  return `select ${[...keyColumns.map(quoteName), quoteText(kind), why].join(', ')} from ${csv(path)}`;
}

function endsSql(table: string, match: readonly string[]): string {
  const copies = `row_number() over (partition by ${match.join(', ')}) as copy`;
  const on = [...match, 'copy'].map((name) => `s.${name} is not distinct from r.${name}`);
  return `with told as (select *, ${copies} from told_${table}),
    sent as (select *, ${copies} from ${table}),
    ended as (select s.ord, coalesce(r.kind, 'unknown') as kind, r.reason,
        case when r.kind = 'rejected' then s.sent end as sent
      from sent s left join told r on ${on.join(' and ')}),
    islands as (select *, ord - row_number() over (partition by kind, reason order by ord) as island from ended)
    select min(ord)::double, max(ord)::double + 1, kind, reason, min_by(sent, ord)::varchar
    from islands group by kind, reason, island order by 1`;
}

function endOf([from, to, kind, reason, sent]: unknown[]): JobEnd {
  return {
    from: Number(from),
    to: Number(to),
    kind: kind as JobEnd['kind'],
    ...(typeof reason === 'string' && { reason }),
    ...(typeof sent === 'string' && { sample: JSON.parse(sent) as Record<string, string | null> }),
  };
}
