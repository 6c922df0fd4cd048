import { expect, test } from 'vitest';
import { readSchema } from './migration-files.js';

const classes = new Set([
  'account',
  'config',
  'count',
  'credential',
  'digest',
  'enum',
  'id',
  'label',
  'name',
  'pointer',
  'signature',
  'time',
]);

const scalar = /^\s+(\w+)\s+(String|Int|BigInt|Float|Decimal|Boolean|DateTime|Bytes|Json)\b/;

/** Columns whose comment does not say what kind of data they hold. */
function unclassed(schema: string): string[] {
  let model = '';
  return schema.split('\n').flatMap((line) => {
    model = /^model (\w+) \{/.exec(line)?.[1] ?? model;
    const column = scalar.exec(line)?.[1];
    if (column === undefined) return [];
    const dataClass = /\/\/\/ @(\w+)/.exec(line)?.[1] ?? '';
    return classes.has(dataClass) ? [] : [`${model}.${column}: "${dataClass}"`];
  });
}

test('every column says what kind of data it holds, so that no row value has a place to go', async () => {
  const schema = await readSchema();
  expect(
    unclassed(schema),
    `Each column needs "/// @" and one of ${[...classes].join(', ')} behind it.`,
  ).toEqual([]);
});

test('a column without a class, or with an unknown one, is found', () => {
  const schema = 'model Run {\n  rows Json\n  note String? /// @text\n  id String /// @id\n}';
  expect(unclassed(schema)).toEqual(['Run.rows: ""', 'Run.note: "text"']);
});
