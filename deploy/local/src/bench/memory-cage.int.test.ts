import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openMemoryCage } from './memory-cage.js';
import type { MemoryCage } from './memory-cage.js';

const mib = 2 ** 20;
const cage = await openMemoryCage(`drawbridge-test-${process.pid}`, 100 * mib).catch(
  () => undefined,
);

describe.skipIf(!cage)('a memory cage', () => {
  it('lets live who needs less and kills who needs more', async () => {
    if (!cage) return;
    try {
      expect(await exitOf(cage, 10 * mib)).toEqual({ code: 0, signal: null });
      expect(await cage.kills()).toBe(0);
      expect(await cage.peakBytes()).toBeGreaterThan(10 * mib);
      expect(await exitOf(cage, 200 * mib)).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await cage.kills()).toBe(1);
    } finally {
      await cage.close();
    }
  });
});

async function exitOf(
  { env }: MemoryCage,
  bytes: number,
): Promise<{ code: number | null; signal: string | null }> {
  const child = spawn(process.execPath, ['-e', `Buffer.alloc(${bytes}, 1)`], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal };
}
