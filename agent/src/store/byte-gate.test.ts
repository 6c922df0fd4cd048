import { describe, expect, it } from 'vitest';
import { ByteGate } from './byte-gate.js';

describe('a gate for bytes', () => {
  it('lets in what fits, in order, and what is too large alone', async () => {
    const gate = new ByteGate(10);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const enter = (bytes: number): Promise<void> =>
      gate.with(bytes, () => {
        begun.push(bytes);
        return new Promise((resolve) => ends.push(resolve));
      });
    const all = [4, 6, 1, 20, 2].map(enter);
    await Promise.resolve();
    expect(begun).toEqual([4, 6]);
    ends[0]?.();
    await all[0];
    expect(begun).toEqual([4, 6, 1]);
    ends[1]?.();
    ends[2]?.();
    await Promise.all(all.slice(1, 3));
    expect(begun).toEqual([4, 6, 1, 20]);
    ends[3]?.();
    await all[3];
    expect(begun).toEqual([4, 6, 1, 20, 2]);
    ends[4]?.();
    await all[4];
  });

  it('goes on after a failure', async () => {
    const gate = new ByteGate(1);
    await expect(gate.with(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.with(1, () => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
