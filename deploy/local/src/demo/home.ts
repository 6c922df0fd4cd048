import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf } from '../running-process.js';
import { DemoError } from './demo-error.js';

export interface Home {
  /** Absolute path. */
  path: string;
  close(): Promise<void>;
}

/** The folder with all state of `npm start`; one start at a time. A lock whose owner is gone is only a leftover. */
export async function openHome(path: string): Promise<Home> {
  const lock = join(path, 'lock');
  try {
    mkdirSync(path, { recursive: true });
    await takeLock(lock);
  } catch (error) {
    if (error instanceof DemoError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new DemoError(
      `The folder ${path} cannot be written (${code}). Choose another with DRAWBRIDGE_HOME=/some/folder.`,
      { cause: error },
    );
  }
  return { path, close: () => rm(lock, { force: true }) };
}

/** Everything that an earlier start left, but for the lock of this one. Only a folder that a start made is touched. */
export async function emptyHome(path: string): Promise<void> {
  const names = await readdir(path);
  if (!names.includes('ports.json')) return;
  for (const name of names)
    if (name !== 'lock') await rm(join(path, name), { recursive: true, force: true });
}

async function takeLock(lock: string): Promise<void> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (pid && pid !== process.pid && (await commandOf(pid)).includes('start.js'))
    throw new DemoError(
      `Drawbridge already runs in this folder (process ${pid}). Stop it (kill ${pid}), or start another with DRAWBRIDGE_HOME and PORT.`,
    );
  await writeFile(lock, String(process.pid));
}
