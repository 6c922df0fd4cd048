import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

interface Instantiated {
  instance: { exports: { __wbindgen_start(): void } };
}

/** Node can't import a .wasm file as a module without a flag, so the engine's own start-up is done here by hand. */
async function load(): Promise<void> {
  const file = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm');
  const wasm = (globalThis as unknown as {
    WebAssembly: { instantiate(bytes: Uint8Array, imports: unknown): Promise<Instantiated> };
  }).WebAssembly;
  const { instance } = await wasm.instantiate(await readFile(file), {
    './schema_engine_bg.js': glue,
  });
  (glue as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

let loaded: Promise<void> | undefined;

/** Prisma's own migration engine, as WebAssembly: nothing is fetched, and its history is the one that Prisma's tools read. */
export async function openSchemaEngine(databaseUrl: string, schema: string): Promise<SchemaEngine> {
  await (loaded ??= load());
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(databaseUrl));
  return glue.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    adapter,
  ) as Promise<SchemaEngine>;
}
