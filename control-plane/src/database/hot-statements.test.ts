import { expect, it } from 'vitest';
import { HotStatements } from './hot-statements.js';

const ask = (hot: HotStatements, sql: string, times: number): string => {
  let name = '';
  for (let n = 0; n < times; n += 1) name = hot.nameOf({ sql, args: [1] });
  return name;
};

it('names what came twenty times, and each text by itself', () => {
  const hot = new HotStatements();
  expect(ask(hot, 'select 1', 19)).toBe('');
  const one = ask(hot, 'select 1', 1);
  const two = ask(hot, 'select 2', 20);
  expect(one).not.toBe('');
  expect(two).not.toBe('');
  expect(two).not.toBe(one);
  expect(ask(hot, 'select 1', 1)).toBe(one);
});

it('leaves what takes no values without a name', () => {
  const hot = new HotStatements();
  for (let n = 0; n < 200; n += 1) expect(hot.nameOf({ sql: 'BEGIN', args: [] })).toBe('');
});

it('names no more than the server should keep plans of', () => {
  const hot = new HotStatements();
  const names = Array.from({ length: 100 }, (_, n) => ask(hot, `select ${n}`, 20));
  expect(new Set(names.filter(Boolean)).size).toBe(64);
});

it('forgets what it counted rather than grow with the texts', () => {
  const hot = new HotStatements();
  ask(hot, 'select 1', 19);
  for (let n = 0; n < 1_000; n += 1) hot.nameOf({ sql: `select in (${n})`, args: [n] });
  expect(ask(hot, 'select 1', 1)).toBe('');
});
