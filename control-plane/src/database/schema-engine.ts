import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

interface Instantiated {
  instance: { exports: { __wbindgen_start(): void } };
}

/** Node can't import a .wasm file as a module without a flag, so the engine's own start-up is done here by hand. */
async function load(): Promise<void> {
  const file = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm');
  const wasm = (
    globalThis as unknown as {
      WebAssembly: { instantiate(bytes: Uint8Array, imports: unknown): Promise<Instantiated> };
    }
  ).WebAssembly;
  const { instance } = await wasm.instantiate(await readFile(file), {
    './schema_engine_bg.js': glue,
  });
  (glue as unknown as { __wbg_set_wasm(exports: unknown): void })['__wbg_set_wasm'](
    instance.exports,
  );
  instance.exports['__wbindgen_start']();
}

let loaded: Promise<void> | undefined;

/**
 * Lends Prisma's own migration engine, as WebAssembly: nothing is fetched, and its history is the one that Prisma's tools
 * read.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  schema: string,
  act: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await (loaded ??= load());
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, idleTimeoutMillis: 0 });
  const adapter = bindMigrationAwareSqlAdapterFactory(
    readsScripts(pool, readsChar(pool, new PrismaPg(pool))),
  );
  const datamodels: [string, string][] = [['schema.prisma', schema]];
  const engine = await glue.SchemaEngine.new({ datamodels }, () => undefined, adapter);
  try {
    return await act(engine);
  } finally {
    engine.free();
    await pool.end();
  }
}

/**
 * Postgres' catalog has columns of type "char", which the engine asks for and the adapter refuses to hand over (it knows no
 * type 18). They pass it as text (25), and are told to the engine as what they are. The pool has one connection, so the
 * last description is that of the query that is answered.
 */
function readsChar(pool: pg.Pool, factory: PrismaPg): PrismaPg {
  let chars: number[] = [];
  pool.on('connect', (client) => {
    const { connection } = client as unknown as { connection: EventEmitter };
    connection.prependListener('rowDescription', ({ fields }: RowDescription) => {
      chars = [...fields.keys()].filter((n) => fields[n]?.dataTypeID === 18);
      for (const n of chars) Object.assign(fields[n] ?? {}, { dataTypeID: 25 });
    });
  });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const n of chars) result.columnTypes[n] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  };
  return factory;
}

/**
 * The adapter cuts a migration at every semicolon, also inside the body of a function. Postgres itself knows where a
 * statement ends; a script that it gets as a whole is applied as a whole or not at all.
 */
function readsScripts(pool: pg.Pool, factory: PrismaPg): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => void (await pool.query(script));
    return adapter;
  };
  return factory;
}

interface RowDescription {
  fields: { dataTypeID: number }[];
}
