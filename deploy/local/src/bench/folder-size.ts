import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 250;

/** The most that a folder held on disk while `work` lasted. */
export async function withPeakOf<T>(
  folder: string,
  work: () => Promise<T>,
): Promise<{ result: T; peakBytes: number }> {
  const ended = new AbortController();
  const peak = watch(folder, ended.signal);
  try {
    return { result: await work(), peakBytes: await stop() };
  } finally {
    await stop();
  }
  function stop(): Promise<number> {
    ended.abort();
    return peak;
  }
}

async function watch(folder: string, signal: AbortSignal): Promise<number> {
  let peak = 0;
  while (!signal.aborted) {
    peak = Math.max(peak, await sizeOf(folder));
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
  }
  return peak;
}

/** In blocks, so that holes don't count. What is removed while we look counts as nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        stat(join(parentPath, name)).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
