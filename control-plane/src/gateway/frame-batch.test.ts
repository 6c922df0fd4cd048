import { expect, it } from 'vitest';
import { FrameBatch } from './frame-batch.js';

it('does together what comes while it is busy, and answers each', async () => {
  const done: number[][] = [];
  const batch = new FrameBatch(async (items: readonly number[]) => {
    done.push([...items]);
    return items.map((item) => item * 2);
  }, 3);
  expect(await Promise.all([1, 2, 3, 4, 5].map((item) => batch.add(item)))).toEqual([
    2, 4, 6, 8, 10,
  ]);
  expect(done).toEqual([[1], [2, 3, 4], [5]]);
});

it('lets a bad one fail alone', async () => {
  const batch = new FrameBatch(async (items: readonly number[]) => {
    if (items.includes(3)) throw new Error('three');
    return items;
  }, 9);
  const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => batch.add(item)));
  expect(settled.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});
