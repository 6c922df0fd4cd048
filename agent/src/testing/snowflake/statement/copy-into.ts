import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteName, quoteText } from '../../../duck/duck.js';
import { BucketDoor } from '../bucket-door.js';
import { columnsOf, fixedColumn, textColumn } from '../result/columns.js';
import { SnowflakeError, notCovered } from '../snowflake-error.js';
import { optionsOf } from '../sql/options.js';
import { closingOf, isMark, isWord } from '../sql/tokens.js';
import { array, object } from '../sql/types.js';
import { columnsOfTable, demand, objectAt, sqlOf, wholeOf } from './names.js';
import { demandReading } from './select.js';
import type { Context, Outcome } from './statement.js';
import { types } from './statement.js';
import { locationOf } from './unload-location.js';
import type { Location } from './unload-location.js';

interface UnloadedFile {
  path: string;
  key: string;
  rows: number;
  bytes: number;
}

/**
 * COPY INTO a stage or an address of S3, as Parquet: docs.snowflake.com/en/sql-reference/sql/copy-into-location (read
 * November 2026). The texts of its refusals are Snowflake's as far as they could be looked up; their codes are not.
 */
export async function copyInto(context: Context): Promise<Outcome> {
  const { tokens } = context;
  const from = tokens.findIndex((token, at) => at > 1 && isWord(token, 'FROM'));
  if (tokens[2]?.kind === 'word') throw notCovered('COPY INTO a table');
  const isQuery = isMark(tokens[from + 1], '(');
  const end = isQuery ? closingOf(tokens, from + 1) + 1 : objectAt(context, from + 1).next;
  const options = optionsOf(tokens.slice(end));
  const location = await locationOf(context, { tokens: tokens.slice(2, from), options });
  if ((options['TYPE'] ?? location.format ?? '').toUpperCase() !== 'PARQUET')
    throw notCovered('unloading as anything but Parquet');
  const query = isQuery
    ? context.translation.sqlOf(tokens.slice(from + 2, end - 1))
    : `SELECT * FROM ${await tableSql(context, from + 1)}`;
  await demandReading(context, query);
  const directory = await mkdtemp(join(tmpdir(), 'snowflake-unload-'));
  const door = new BucketDoor(location.bucket, location.keys);
  try {
    const isOverwrite = options['OVERWRITE'] === 'TRUE';
    if (!isOverwrite && !(await door.isEmpty(location.prefix)))
      throw new SnowflakeError(
        '100183',
        '22000',
        'Files already existing at the unload destination: ' +
          location.url +
          '. Use overwrite option to force unloading.',
      );
    const files = await write(context, { query, directory, options, location });
    for (const file of files) await door.put(file.key, file.path, context.query.signal);
    return outcomeOf(files, options['DETAILED_OUTPUT'] === 'TRUE');
  } finally {
    door.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function tableSql(context: Context, at: number): Promise<string> {
  const { object: table } = objectAt(context, at);
  await columnsOfTable(context, table);
  await demand(context, ['TABLE', 'VIEW'], wholeOf(table), ['SELECT']);
  return sqlOf(table);
}

/** Files of about MAX_FILE_SIZE; 16 MB unless given. No rows make no file. */
async function write(
  { connection }: Context,
  {
    query,
    directory,
    options,
    location,
  }: { query: string; directory: string; options: Record<string, string>; location: Location },
): Promise<UnloadedFile[]> {
  const sql = await parquetSql(connection, query, options['HEADER'] === 'TRUE');
  const maxBytes = Number(options['MAX_FILE_SIZE'] ?? 16_777_216);
  const split = options['SINGLE'] === 'TRUE' ? '' : `, FILE_SIZE_BYTES ${maxBytes}`;
  const target = join(directory, options['SINGLE'] === 'TRUE' ? 'data.parquet' : 'data');
  const reader = await connection.runAndReadAll(
    `COPY (${sql}) TO ${quoteText(target)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 65536, RETURN_STATS true${split})`,
  );
  const stats = reader.getRowObjectsJS() as {
    filename: string;
    count: bigint;
    file_size_bytes: bigint;
  }[];
  return stats
    .filter(({ count }) => count > 0n)
    .map(({ filename, count, file_size_bytes: bytes }, n) => ({
      path: filename,
      key: options['SINGLE'] === 'TRUE' ? location.prefix : keyOf(location.prefix, n),
      rows: Number(count),
      bytes: Number(bytes),
    }));
}

/** A path that ends in a slash is a folder; else it is how the names begin. */
function keyOf(prefix: string, n: number): string {
  const start = prefix === '' || prefix.endsWith('/') ? `${prefix}data` : prefix;
  return `${start}_0_0_${n}.snappy.parquet`;
}

/** Types as Parquet has them: what is semi-structured becomes text, and what has a time zone is refused. */
async function parquetSql(
  connection: Context['connection'],
  query: string,
  hasHeader: boolean,
): Promise<string> {
  const prepared = await connection.prepare(query);
  const columns = columnsOf(prepared).map(({ description }) => description);
  prepared.destroySync();
  const values = columns.map(({ name, type, extTypeName }, n) => {
    if (type === 'timestamp_tz' || type === 'timestamp_ltz')
      throw new SnowflakeError(
        '100084',
        '22000',
        `Error encountered when unloading to PARQUET: TIMESTAMP_TZ and LTZ types are not supported for unloading to Parquet. value will be truncated.`,
      );
    const value =
      extTypeName === 'GEOGRAPHY' ? `SF_GEOJSON(c${n}::VARCHAR)` : parquetValue(type, `c${n}`);
    return `${value} AS ${quoteName(hasHeader ? name : `_COL_${n}`)}`;
  });
  return `SELECT ${values.join(', ')} FROM (${query}) AS unloaded(${columns.map((_, n) => `c${n}`).join(', ')})`;
}

function parquetValue(type: string, c: string): string {
  if (type === 'variant') return `${c}::VARCHAR`;
  if (type === 'object') return `CAST(${c} AS ${object})."object"::VARCHAR`;
  if (type === 'array') return `CAST(${c} AS ${array})."array"::VARCHAR`;
  return c;
}

function outcomeOf(files: readonly UnloadedFile[], isDetailed: boolean): Outcome {
  const sum = (of: (file: UnloadedFile) => number): string =>
    String(files.reduce((total, file) => total + of(file), 0));
  if (isDetailed)
    return {
      kind: 'rows',
      columns: [textColumn('FILE_NAME'), fixedColumn('FILE_SIZE'), fixedColumn('ROW_COUNT')],
      rows: files.map(({ key, bytes, rows }) => [key, String(bytes), String(rows)]),
      statementTypeId: types.unload,
    };
  return {
    kind: 'rows',
    columns: ['rows_unloaded', 'input_bytes', 'output_bytes'].map(fixedColumn),
    rows: [[sum(({ rows }) => rows), sum(({ bytes }) => bytes), sum(({ bytes }) => bytes)]],
    statementTypeId: types.unload,
  };
}
