import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs with a work folder on a file system of so many bytes. */
export async function withSmallDisk<T>(
  directory: string,
  bytes: number,
  act: (workDir: string) => Promise<T>,
): Promise<T> {
  const disk = join(directory, `disk-${crypto.randomUUID()}`);
  await mkdir(disk);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk]);
  try {
    return await act(join(disk, 'work'));
  } finally {
    // A stream that failed may take a moment to let go of its file.
    await run('umount', ['--lazy', disk]);
    await rm(disk, { recursive: true, force: true });
  }
}

/** Only root may mount, and not in every container. */
export async function canMount(directory: string): Promise<boolean> {
  return withSmallDisk(directory, 1 << 20, async () => true).catch(() => false);
}
