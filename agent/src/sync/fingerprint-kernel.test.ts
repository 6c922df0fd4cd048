import { expect, it } from 'vitest';
import { hashOf, openKernel } from './fingerprint-kernel.js';

it('computes XXH64 as published', async () => {
  const kernel = await openKernel();
  kernel.start(0n, 1, 1, 1, 1, 0, 0, 0);
  // Known answers of the reference implementation (python-xxhash and the xxHash repository use the same).
  expect(hashOf(kernel, Buffer.from(''), 0n)).toBe(0xef46db3751d8e999n);
  expect(hashOf(kernel, Buffer.from('a'), 0n)).toBe(0xd24ec4f1a98c6e5bn);
  expect(hashOf(kernel, Buffer.from('abc'), 0n)).toBe(0x44bc2cf5ad770999n);
  expect(hashOf(kernel, Buffer.from('Nobody inspects the spammish repetition'), 0n)).toBe(
    0xfbcea83c8a378bf1n,
  );
});
