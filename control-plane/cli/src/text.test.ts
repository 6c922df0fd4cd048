import { expect, it } from 'vitest';
import { changeLines } from './text.js';

const change = (mapping: string | null) => ({
  kind: 'sync',
  name: 'people',
  action: 'update',
  difference: ['- a', '+ b'],
  mapping,
});

const said = (mapping: string | null): string =>
  changeLines([change(mapping)])
    .slice(3)
    .join();

it.each([
  ['backfill', 'resends unchanged rows in the next run'],
  ['from-now-on', 'unchanged rows stay as they were sent'],
  ['stop', 'start it with --backfill or with --from-now-on'],
  ['a word of a newer server', 'a word of a newer server'],
])('says what a new mapping does to unchanged rows: %s', (mapping, expected) => {
  expect(said(mapping)).toContain('Mapping changed: ');
  expect(said(mapping)).toContain(expected);
});

it('says nothing of a mapping that stays', () => {
  expect(changeLines([change(null)])).toHaveLength(3);
});
