import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { Failure } from '../failure.js';
import type { DestinationDefinition } from './destination.js';
import type { SourceDefinition } from './source.js';

/** Every connector that this agent has, by name. The folders are the list. */
export interface Registry {
  sources: ReadonlyMap<string, SourceDefinition>;
  destinations: ReadonlyMap<string, DestinationDefinition>;
}

/** Reads `source/*` and `destination/*` at start; a folder without a proper definition stops the agent, by name. */
export async function loadRegistry(): Promise<Registry> {
  return {
    sources: await load<SourceDefinition>('source'),
    destinations: await load<DestinationDefinition>('destination'),
  };
}

async function load<D extends { name: string; open: unknown }>(
  room: string,
): Promise<Map<string, D>> {
  const folder = new URL(`../${room}/`, import.meta.url);
  const found = new Map<string, D>();
  for (const entry of (await readdir(folder, { withFileTypes: true })).toSorted((a, b) =>
    a.name.localeCompare(b.name),
  )) {
    if (!entry.isDirectory()) continue;
    const definition = await definitionIn(new URL(`${entry.name}/`, folder));
    if (!isDefinition<D>(definition) || definition.name !== entry.name)
      throw new Failure(
        'INTERNAL',
        'registry.bad_connector',
        `${room}/${entry.name} exports no definition named "${entry.name}".`,
      );
    found.set(entry.name, definition);
  }
  return found;
}

/** Built, it is index.js; in tests, the TypeScript itself. */
async function definitionIn(folder: URL): Promise<unknown> {
  const file = ['index.js', 'index.ts']
    .map((name) => new URL(name, folder))
    .find((url) => existsSync(url));
  if (!file) return undefined;
  const module = (await import(/* @vite-ignore */ file.href)) as { default?: unknown };
  return module.default;
}

function isDefinition<D extends { name: string; open: unknown }>(value: unknown): value is D {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof (value as D).open === 'function'
  );
}
