import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { column, openEngine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { FieldMapping } from './sync-request.js';

interface Row {
  tenant: string;
  number: string;
  name: string | null;
  team: string | null;
}

/** The primary key under other names and in another order, as a mapping is free to have it. */
const key = [
  { field: 'external_id', column: 'number' },
  { field: 'account', column: 'tenant' },
];
const request = {
  model: { name: 'people', query: { table: 'person' }, primaryKey: ['tenant', 'number'] },
  mode: 'mirror' as const,
  onRemoved: { action: 'delete' as const, set: [] },
  key,
};

// Texts whose joins would be mistaken for one another if keys were not told apart field by field.
const part = fc.constantFrom('', 'a', 'a\t', '\ta', '\\N', '\\', '1', '01', 'ż');
const value = fc.option(fc.constantFrom('', 'x', 'y', '\n', '\\N'));
const anyRows = fc.uniqueArray(
  fc.record<Row>({ tenant: part, number: part, name: value, team: value }),
  { selector: ({ tenant, number }) => JSON.stringify([tenant, number]), maxLength: 25 },
);
const step = fc.record({
  rows: anyRows,
  trouble: fc.constantFrom('none', 'refusing', 'stopping', 'no answer'),
  /** One of two mappings. */
  shouts: fc.boolean(),
  /** Whether an undisturbed run follows, before anything else changes. */
  isMended: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const shouting = "{{ name | default: '-' | upcase }}";
const fieldsOf = (shouts: boolean): FieldMapping[] => [
  shouts
    ? { field: 'full_name', value: { kind: 'template', template: shouting }, nulls: 'send' }
    : { ...column('name'), field: 'full_name' },
  column('team'),
];
const recordOf = ({ tenant, number, name, team }: Row, shouts: boolean): TextRow => ({
  external_id: number,
  account: tenant,
  full_name: shouts ? (name || '-').toUpperCase() : name,
  team,
});
const sorted = (records: Iterable<TextRow>): string[] =>
  [...records].map((record) => JSON.stringify(record)).toSorted();
const expectSame = (to: MemoryDestination, rows: readonly Row[], shouts: boolean): void =>
  expect(sorted(to.records.values())).toEqual(sorted(rows.map((row) => recordOf(row, shouts))));

/** What goes wrong at the second batch of a run. */
function moodsOf(trouble: string): Moods {
  let batches = 0;
  const second = (failure: Failure) => (): void => {
    if (++batches === 2) throw failure;
  };
  if (trouble === 'refusing') return { refuses: ({ team }) => team === 'x' };
  if (trouble === 'stopping')
    return { before: second(new Failure('CONFIG', 'destination.forbidden', 'No more.')) };
  if (trouble === 'no answer')
    return { after: second(new Failure('CONFIG', 'destination.bad_answer', 'What?')) };
  return {};
}

const rowNamed = (tenant: string, name: string): Row => ({ tenant, number: '1', name, team: 'y' });

/** The first run leaves a baseline of no rows, so later ones add to a segment without files. */
const nothingAcknowledged: Step[] = [
  { rows: [rowNamed('a', 'x')], trouble: 'no answer', shouts: false, isMended: false },
  { rows: ['b', 'c', 'd', 'e'].map((tenant) => rowNamed(tenant, 'y')), trouble: 'none', shouts: true, isMended: true },
  { rows: ['f', 'g', 'h', 'i', 'j', 'k', 'l'].map((tenant) => rowNamed(tenant, 'z')), trouble: 'stopping', shouts: false, isMended: true },
  { rows: [rowNamed('m', 'x')], trouble: 'none', shouts: true, isMended: true },
]; // prettier-ignore

it('mirror: the destination becomes the query, whatever went wrong on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      let table: readonly Row[] = [];
      const moods: Moods = { maxRows: 4 };
      const destination = memoryDestination(moods);
      const source = memorySource(() => table.map((row) => ({ ...row })));
      const engine = await openEngine({ source, destination, store: new MemoryStore() });
      for (const [n, { rows, trouble, shouts, isMended }] of steps.entries()) {
        table = rows;
        const asked = { ...request, fields: fieldsOf(shouts) };
        Object.assign(moods, moodsOf(trouble));
        await engine.run(asked);
        for (const mood of ['refuses', 'before', 'after'] as const) delete moods[mood];
        if (!isMended && n + 1 < steps.length) continue;
        expect(await engine.run(asked)).toMatchObject({ outcome: 'succeeded' });
        expectSame(destination, rows, shouts);
        const still = await engine.run(asked);
        expect(still.counts).toMatchObject({ queried: rows.length, unchanged: rows.length });
      }
      await engine.close();
    }),
    { numRuns: 12, examples: [[nothingAcknowledged]] },
  );
}, 60_000);
