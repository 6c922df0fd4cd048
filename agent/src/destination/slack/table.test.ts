import { expect, it } from 'vitest';
import { csvOf } from './csv.js';
import type { Row } from './row.js';
import { tableOf } from './table.js';

const rowOf = (record: Record<string, unknown>, changes: Row['changes'] = []): Row => ({
  n: 0,
  key: {},
  fields: record,
  record,
  changes,
  isKnownFormer: changes.length > 0,
});

it('stays within what a message of blocks may hold, whatever it is made of', () => {
  const columns = Array.from({ length: 30 }, (_, n) => `column ${n} ${'x'.repeat(100)}`);
  const record = Object.fromEntries(columns.map((name) => [name, 'y'.repeat(1000)]));
  const table = tableOf(
    Array.from({ length: 99 }, () => rowOf(record)),
    columns,
  );
  const rows = table['rows'] as { text: string }[][];
  expect([rows.length, rows[0]?.length]).toEqual([100, 20]);
  const characters = rows.flat().reduce((sum, { text }) => sum + text.length, 0);
  expect(characters).toBeLessThan(13_000);
});

it('has something in every cell', () => {
  const table = tableOf([rowOf({ a: null, b: '' })], ['a', 'b']);
  expect(JSON.stringify(table)).not.toContain('"text":""');
});

it('writes CSV as RFC 4180 has it', () => {
  expect(csvOf([rowOf({ a: 'x,"y"\nz', b: null })], ['a', 'b'], 'added')).toBe(
    'a,b\r\n"x,""y""\nz",\r\n',
  );
  const changed = rowOf({ a: 'new', b: 'same' }, [{ field: 'a', old: 'old', new: 'new' }]);
  expect(csvOf([changed], ['a', 'b'], 'changed')).toBe(
    'a,a (before),b,b (before)\r\nnew,old,same,same\r\n',
  );
});
