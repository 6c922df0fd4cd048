import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../failure.js';
import { damaged } from './identity.js';
import type { IdentityKeeper } from './identity.js';

/** A file that its owner alone may read. */
export class IdentityFile implements IdentityKeeper {
  constructor(private readonly file: string) {}

  async read(): Promise<string | undefined> {
    const { mode } = (await stat(this.file).catch(missing)) ?? { mode: undefined };
    if (mode === undefined) return undefined;
    if ((mode & 0o077) !== 0)
      throw new Failure(
        'CONFIG',
        'identity.open_to_others',
        'Others may read the agent’s key. Run chmod 600 on the file that DRAWBRIDGE_IDENTITY names.',
      );
    return readFile(this.file, 'utf8').catch((error: unknown) => damaged(error));
  }

  async write(text: string): Promise<void> {
    await writeWhole(this.file, text).catch((error: unknown) => {
      throw new Failure(
        'CONFIG',
        'identity.unwritable',
        'The agent cannot store its key. Point DRAWBRIDGE_IDENTITY at a folder that it may write to.',
        { cause: error },
      );
    });
  }
}

function missing(error: unknown): undefined {
  if ((error as { code?: string }).code === 'ENOENT') return undefined;
  return damaged(error);
}

/** Never half a file: written beside, made durable, then moved over the old one. */
async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await rm(unfinished, { force: true });
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}
