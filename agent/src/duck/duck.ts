import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DOUBLE,
  DuckDBInstance,
  DuckDBScalarFunction,
  StatementType,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { Failure, diskFull } from '../failure.js';

export interface DuckOptions {
  /** A scratch folder: the database file and everything that spills rest here. */
  directory: string;
  /** DuckDB's own limit; the process needs some 150 MiB more. */
  memoryMiB: number;
}

export type DuckValue = string | number | bigint | boolean | null;

/** A private DuckDB for one run: out-of-core, in process, thrown away with its folder. */
export interface Duck {
  run(sql: string): Promise<void>;
  /** Rows as arrays; for answers that are known to be small. */
  rows(sql: string): Promise<DuckValue[][]>;
  /** The same on a connection of its own, beside whatever else goes on. It obeys no signal. */
  aside(sql: string): Promise<DuckValue[][]>;
  /** Rows in batches of at most 2,048, as arrays of texts; memory stays flat. */
  texts(sql: string): AsyncIterable<(string | null)[][]>;
  /** Unsigned 64-bit columns as typed arrays, batch by batch. */
  numbers(sql: string): AsyncIterable<BigUint64Array[]>;
  /** Whether a text is one statement that only reads; its tables have to be there. */
  isSelect(sql: string): Promise<boolean>;
  /** Makes a function of one text known to SQL; NULL stays NULL. It may be called for any row, in any order. */
  define(name: string, work: (text: string) => string): void;
  /**
   * While `work` goes on, SQL can ask `tell` of a number, for an answer from 0 to 255; `work` gets the SQL that does it. So
   * what is known of rows by their numbers needs no table of them.
   */
  withNumbers<T>(
    tell: (number: number) => number,
    work: (numberOf: (sql: string) => string) => Promise<T>,
  ): Promise<T>;
  /** Until the next call, nothing is begun once the signal is aborted, and what is under way ends with a failure. */
  obey(signal: AbortSignal | undefined): void;
  close(): void;
}

export async function openDuck(options: DuckOptions): Promise<Duck> {
  await mkdir(join(options.directory, 'spill'), { recursive: true });
  const instance = await DuckDBInstance.create(join(options.directory, 'work.duckdb'), {
    threads: '2',
    memory_limit: `${options.memoryMiB}MB`,
    temp_directory: join(options.directory, 'spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // It tells files apart by path, size and time, and what comes down from the bucket has one path, file after file.
    enable_external_file_cache: 'false',
  });
  const connection = await instance.connect();
  const second = await instance.connect();
  // DuckDB 1.5.6 fails with an internal error in this rewrite of `row_number() … = 1` over a join.
  await connection.run(`set disabled_optimizers = 'top_n_window_elimination'`);

  let obeyed: AbortSignal | undefined;
  const interrupt = (): void => connection.interrupt();
  const ask: Ask = async (work) => {
    obeyed?.throwIfAborted();
    return translated(work);
  };

  const chunks = chunksOf(connection, ask);
  return {
    run: async (sql) => void (await ask(() => connection.run(sql))),
    rows: (sql) => ask(() => rowsOf(connection, sql)),
    aside: (sql) => translated(() => rowsOf(second, sql)),
    async *texts(sql) {
      for await (const chunk of chunks(sql)) yield chunk.getRows() as (string | null)[][];
    },
    async *numbers(sql) {
      for await (const chunk of chunks(sql))
        yield Array.from({ length: chunk.columnCount }, (_, n) => {
          const { items } = chunk.getColumnVector(n) as unknown as { items: BigUint64Array };
          return items.slice(0, chunk.rowCount);
        });
    },
    isSelect: (sql) => translated(() => isSelect(connection, sql)),
    define: (name, work) => connection.registerScalarFunction(textFunction(name, work)),
    withNumbers: makeWithNumbers(connection),
    obey: (signal) => {
      obeyed?.removeEventListener('abort', interrupt);
      obeyed = signal;
      signal?.addEventListener('abort', interrupt);
    },
    close: () => {
      connection.closeSync();
      second.closeSync();
      instance.closeSync();
    },
  };
}

type Ask = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * DuckDB 1.5.6 ends a stream whose query fails half way as one that is over. So the answer is kept first, by a statement
 * that does fail, and counted as it is read.
 */
function chunksOf(
  connection: DuckDBConnection,
  ask: Ask,
): (sql: string) => AsyncGenerator<DuckDBDataChunk> {
  let streams = 0;
  return async function* (sql) {
    const kept = `streamed_${(streams += 1)}`;
    await ask(() => connection.run(`create table ${kept} as ${sql}`));
    try {
      const [[expected] = []] = await ask(() => rowsOf(connection, `select count(*) from ${kept}`));
      const result = await ask(() => connection.stream(`from ${kept}`));
      let seen = 0;
      for (let chunk = await ask(() => result.fetchChunk()); chunk?.rowCount;) {
        seen += chunk.rowCount;
        yield chunk;
        chunk = await ask(() => result.fetchChunk());
      }
      if (seen !== Number(expected)) throw unreadable(`${seen} of ${expected} rows were read.`);
    } finally {
      await connection.run(`drop table ${kept}`).catch(() => undefined);
    }
  };
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<DuckValue[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJS() as DuckValue[][];
}

async function isSelect(connection: DuckDBConnection, sql: string): Promise<boolean> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) return false;
  const statement = await statements.prepare(0);
  try {
    return statement.statementType === StatementType.SELECT;
  } finally {
    statement.destroySync();
  }
}

function textFunction(name: string, work: (text: string) => string): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [VARCHAR],
    returnType: VARCHAR,
    mainFunction: (_, input, output) => {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row += 1) {
        const text = texts.getItem(row) as string | null;
        output.setItem(row, text === null ? null : work(text));
      }
      output.flush();
    },
  });
}

type Tell = (number: number) => number;

/**
 * See `withNumbers` of a `Duck`. There is one function for all who ask, made before any statement runs: to make one means
 * to wait for the statement under way, which may itself wait for us to answer it.
 */
function makeWithNumbers(connection: DuckDBConnection): Duck['withNumbers'] {
  const telling = new Map<number, Tell>();
  connection.registerScalarFunction(
    numberFunction('number_of', (asker) => telling.get(asker) ?? (() => 0)),
  );
  let askers = 0;
  return async (tell, work) => {
    const asker = (askers += 1);
    telling.set(asker, tell);
    try {
      return await work((sql) => `number_of(${asker}, ${sql})`);
    } finally {
      telling.delete(asker);
    }
  };
}

function numberFunction(name: string, tellOf: (asker: number) => Tell): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [DOUBLE, DOUBLE],
    returnType: UTINYINT,
    mainFunction: (_, input, output) => {
      const [[asker = 0], numbers] = [0, 1].map(
        (n) => (input.getColumnVector(n) as unknown as { items: Float64Array }).items,
      ) as [Float64Array, Float64Array];
      const { items: told } = output as unknown as { items: Uint8Array };
      const tell = tellOf(asker);
      for (let row = 0; row < input.rowCount; row += 1) told[row] = tell(numbers[row] ?? 0);
      output.flush();
    },
  });
}

/** A text as an SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** DuckDB's messages can quote rows, so they go to the detail. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [detail = ''] = String(error instanceof Error ? error.message : error).split(
      'Stack Trace:',
    );
    if (/No space left on device|Could not write/i.test(detail)) throw diskFull(error, detail);
    if (/Out of Memory/i.test(detail))
      throw new Failure(
        'CONFIG',
        'agent.memory',
        'The run needs more memory than DRAWBRIDGE_MEMORY_MIB allows.',
        { detail, cause: error },
      );
    throw unreadable(detail, error);
  }
}

function unreadable(detail: string, cause?: unknown): Failure {
  const told = 'The agent could not compare the rows.';
  return new Failure('INTERNAL', 'internal.duckdb', told, { detail, cause });
}
