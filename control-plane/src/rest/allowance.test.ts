import { expect, it } from 'vitest';
import { Allowance } from './allowance.js';

it('gives a hundred at once, then twenty a second, each workspace its own', () => {
  const allowance = new Allowance();
  const waits = Array.from({ length: 101 }, () => allowance.take('one', 0));
  expect(waits.filter((ms) => ms === 0)).toHaveLength(100);
  expect(waits.at(-1)).toBe(50);
  expect(allowance.take('other', 0)).toBe(0);
  expect(allowance.take('one', 40)).toBe(10);
  expect(allowance.take('one', 50)).toBe(0);
  expect(allowance.take('one', 1_050)).toBe(0);
  const next = Array.from({ length: 20 }, () => allowance.take('one', 1_050));
  expect(next.filter((ms) => ms === 0)).toHaveLength(19);
});

it('waits for two hundred answers at once, and for more once one has come', async () => {
  const allowance = new Allowance();
  const ends: (() => void)[] = [];
  const wait = (): Promise<void> =>
    allowance.during('one', () => new Promise<void>((resolve) => void ends.push(resolve)));
  const waits = Array.from({ length: 200 }, wait);
  await expect(wait()).rejects.toMatchObject({ code: 'rest.too_many_waits' });
  ends.pop()?.();
  await waits.pop();
  waits.push(wait());
  await expect(wait()).rejects.toMatchObject({ code: 'rest.too_many_waits' });
  for (const end of ends) end();
  await Promise.all(waits);
});
