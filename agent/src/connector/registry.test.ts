import { readFile, readdir } from 'node:fs/promises';
import { Lookups } from '@drawbridge/proto';
import { describe, expect, it } from 'vitest';
import { agentPackage } from '../build-agent.js';
import { catalogOf } from './catalog.js';
import type { Fields } from './field.js';
import { loadRegistry } from './registry.js';

const rooms = ['source', 'destination'] as const;
const folders = async (room: string): Promise<string[]> =>
  (await readdir(new URL(`../${room}/`, import.meta.url), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();

describe('the registry', () => {
  it('has exactly the connectors that have a folder', async () => {
    const { sources, destinations } = await loadRegistry();
    expect([...sources.keys()]).toEqual(await folders('source'));
    expect([...destinations.keys()]).toEqual(await folders('destination'));
  });

  it('tells what a destination can look up', async () => {
    const { destinations } = await loadRegistry();
    const told = catalogOf({ sources: new Map(), destinations }).destinations;
    const words = { find: Lookups.FIND, create: Lookups.CREATE };
    expect(told.map(({ name, lookups }) => [name, lookups])).toEqual(
      [...destinations].map(([name, { lookups }]) => [
        name,
        lookups ? words[lookups] : Lookups.UNSPECIFIED,
      ]),
    );
    expect(told.find(({ name }) => name === 'postgres')?.lookups).toBe(Lookups.CREATE);
  });

  it('is told in full to the control plane', async () => {
    const registry = await loadRegistry();
    const catalog = catalogOf(registry);
    expect(catalog.sources.map(({ name }) => name)).toEqual([...registry.sources.keys()]);
    expect(catalog.destinations.map(({ name }) => name)).toEqual([...registry.destinations.keys()]);
    for (const { objects } of catalog.destinations)
      for (const { modes, removals } of objects)
        expect([...modes, ...removals].every((value) => value > 0)).toBe(true);
  });
});

describe('every connector', async () => {
  const all = await Promise.all(
    rooms.map(async (room) => (await folders(room)).map((name) => `${room}/${name}`)),
  );
  const registry = await loadRegistry();

  it.each(all.flat())('%s has a README with credentials, limits, and where and when that was read', async (path) => {
    const text = await readFile(new URL(`../${path}/README.md`, import.meta.url), 'utf8');
    expect(text).toMatch(/^# \S/);
    expect(text).toMatch(/credential/i);
    expect(text).toMatch(/limits/i);
    expect(text).toMatch(/\(https:\/\/[^)]+\), read 20\d\d-\d\d/);
  }); // prettier-ignore

  it.each(all.flat())('%s holds itself to the contract', async (path) => {
    const test = await readFile(new URL(`../${path}/index.int.test.ts`, import.meta.url), 'utf8');
    expect(test).toMatch(/^\s*(source|destination|fileDestination)Contract\(/m);
  });

  it('labels its fields, and keeps secrets out of its settings', () => {
    for (const { settings, secrets } of [
      ...registry.sources.values(),
      ...registry.destinations.values(),
    ]) {
      for (const field of [...Object.values(settings), ...Object.values(secrets)])
        expect(field.label).not.toBe('');
      expect(Object.keys(settings).filter((name) => /password|token|secret$/i.test(name))).toEqual(
        [],
      );
    }
  });

  it('names a dependency of the agent as its client, if it has one', () => {
    const { sources, destinations } = registry;
    const clients = [...sources.values(), ...destinations.values()].flatMap(
      ({ client }) => client ?? [],
    );
    expect(Object.keys(agentPackage.dependencies)).toEqual(expect.arrayContaining(clients));
  });

  it('lets a field wait only for a choice or a flag that stands before it', () => {
    for (const { settings, secrets, ...rest } of [
      ...registry.sources.values(),
      ...registry.destinations.values(),
    ]) {
      expect(wrongWhens(settings)).toEqual([]);
      expect(wrongWhens(secrets, settings)).toEqual([]);
      const objects = 'objects' in rest ? rest.objects : [];
      for (const { options } of objects) expect(wrongWhens(options)).toEqual([]);
    }
    const flag = { type: 'boolean', label: 'Flag' } as const;
    const waits = { type: 'text', label: 'Text', when: { field: 'flag', is: [true] } } as const;
    expect(wrongWhens({ flag, waits })).toEqual([]);
    expect(wrongWhens({ waits, flag })).toEqual(['waits']);
    expect(wrongWhens({ waits }, { flag: { ...flag, type: 'text' } })).toEqual(['waits']);
  });

  it('says by settings of its own where a destination is', () => {
    for (const { settings, place } of registry.destinations.values()) {
      expect(place.length).toBeGreaterThan(0);
      for (const name of place) expect(Object.keys(settings)).toContain(name);
    }
  });

  it('gives advice only for codes of its own side', () => {
    for (const { advice = [] } of registry.sources.values())
      expect(advice.every(({ code }) => code.startsWith('source.'))).toBe(true);
    for (const { advice = [] } of registry.destinations.values())
      expect(advice.every(({ code }) => code.startsWith('destination.'))).toBe(true);
  });
});

/** Those that nothing could ever let apply, or that would wait in a circle. */
function wrongWhens(fields: Fields, beside: Fields = {}): string[] {
  const before: Record<string, Fields[string]> = { ...beside };
  return Object.entries(fields).flatMap(([name, field]) => {
    const other = field.when && before[field.when.field];
    before[name] = field;
    const inner = field.type === 'group' ? wrongWhens(field.fields) : [];
    if (!field.when) return inner;
    const values: readonly unknown[] =
      other?.type === 'choice' ? other.choices : other?.type === 'boolean' ? [true, false] : [];
    return field.when.is.every((value) => values.includes(value)) ? inner : [name, ...inner];
  });
}
