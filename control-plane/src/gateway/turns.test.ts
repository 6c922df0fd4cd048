import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turns } from './turns.js';

/** Serves everybody one by one until nothing is left, and tells in which order. */
async function orderOf(work: readonly number[], atOnce: number): Promise<number[]> {
  const left = [...work];
  const order: number[] = [];
  const turns = new Turns(async (name) => {
    const who = Number(name);
    order.push(who);
    await Promise.resolve();
    left[who] = (left[who] ?? 0) - 1;
    return (left[who] ?? 0) > 0;
  }, atOnce);
  work.forEach((_, who) => turns.call(String(who)));
  while (left.some((more) => more > 0)) await Promise.resolve();
  return order;
}

it('lets nobody have two turns while another one who waits has none', async () => {
  const work = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(work, fc.integer({ min: 1, max: 4 }), async (amounts, atOnce) => {
      const order = await orderOf(amounts, atOnce);
      expect(order).toHaveLength(amounts.reduce((sum, more) => sum + more, 0));
      const had = amounts.map(() => 0);
      for (const who of order) {
        had[who] = (had[who] ?? 0) + 1;
        const waiting = had.filter((turns, other) => turns < (amounts[other] ?? 0));
        // Those whose turns are under way at once may be one turn ahead of each other.
        for (const turns of waiting) expect((had[who] ?? 0) - turns).toBeLessThanOrEqual(1);
      }
    }),
  );
});

it('gives another turn to whoever is called while it has one', async () => {
  let goOn: () => void = () => undefined;
  let served = 0;
  const turns = new Turns(async () => {
    served += 1;
    await new Promise<void>((resolve) => (goOn = resolve));
    return false;
  }, 1);
  turns.call('a');
  turns.call('a');
  goOn();
  await expect.poll(() => served).toBe(2);
  turns.call('a');
  const ended = turns.end();
  goOn();
  await ended;
  expect(served).toBe(2);
});
