import { expect, inject, it } from 'vitest';
import { productPoints } from './testing/crash/plan.js';
import { tryProduct } from './testing/crash/product-trials.js';

it('tells the control plane what became of a run, wherever it died (invariants 2, 3)', async () => {
  expect(productPoints.length).toBeGreaterThan(0);
  const { violations } = await tryProduct(inject('postgresUrl'), productPoints, () => undefined);
  expect(violations).toEqual([]);
});
