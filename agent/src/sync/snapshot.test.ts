import { mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEngine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

/** Files that this process has open. */
async function openFiles(): Promise<string[]> {
  const numbers = await readdir('/proc/self/fd');
  return Promise.all(numbers.map((n) => readlink(`/proc/self/fd/${n}`).catch(() => '')));
}

it.runIf(process.platform === 'linux').each(['added', 'rewritten'])(
  'leaves no file of %s rows open when the disk is full',
  async (name) => {
    const directory = await mkdtemp(join(tmpdir(), 'drawbridge-snapshot-'));
    let table: TextRow[] = Array.from({ length: 3000 }, (_, n) => ({
      id: `${n}`,
      name: 'a',
      team: 't',
    }));
    const engine = await openEngine({
      source: memorySource(() => table),
      destination: memoryDestination(),
      store: new MemoryStore(),
    });
    // So little that the baseline streams past the query, and rows in another order are sorted out afterwards.
    const tools = { memoryMiB: 0.05, cacheDir: join(directory, 'cache') };
    try {
      expect(await engine.run({}, tools)).toMatchObject({ outcome: 'succeeded' });
      table = [{ id: 'new', name: 'a', team: 't' }, ...table.toReversed()];
      const workDir = join(directory, 'work');
      await mkdir(workDir);
      await symlink('/dev/full', join(workDir, `${name}-0.tsv`));
      expect(await engine.run({}, { ...tools, workDir })).toMatchObject({
        failure: { failure: { code: 'agent.disk_full' } },
      });
      expect(await openFiles()).not.toContain('/dev/full');
    } finally {
      await engine.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
);
