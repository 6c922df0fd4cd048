import { expect, it } from 'vitest';
import { Batch } from './batch.js';

it('asks once for all that one request wants at the same moment, and answers each', async () => {
  const asked: { scope: object; keys: readonly number[] }[] = [];
  const batch = new Batch(async (scope: object, keys: readonly number[]) => {
    asked.push({ scope, keys });
    return keys.map((key) => key * 10);
  });
  const [one, other] = [{ name: 'one' }, { name: 'other' }];
  const answers = await Promise.all([batch.of(one, 1), batch.of(other, 2), batch.of(one, 3)]);
  expect(answers).toEqual([10, 20, 30]);
  expect(asked).toEqual([
    { scope: one, keys: [1, 3] },
    { scope: other, keys: [2] },
  ]);
});

it('remembers nothing: what is asked later is asked anew', async () => {
  let times = 0;
  const batch = new Batch<object, string, number>(async () => {
    times += 1;
    return [times];
  });
  const scope = {};
  expect([await batch.of(scope, 'a'), await batch.of(scope, 'a')]).toEqual([1, 2]);
});

it('fails everybody who is in it', async () => {
  const batch = new Batch(async () => Promise.reject(new Error('away')));
  const scope = {};
  const both = await Promise.allSettled([batch.of(scope, 1), batch.of(scope, 2)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
