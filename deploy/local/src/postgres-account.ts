import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user that the server runs as. Empty: ours, which is right unless we are root. */
export type Account = { uid: number; gid: number } | { uid?: undefined; gid?: undefined };

/** Where root keeps what the server's user cannot reach elsewhere. */
const rootFolder = '/var/lib/drawbridge-local';

/** Postgres refuses to run as root; then it runs as the user `postgres`, which is made when missing. */
export async function accountForServer(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const known = await lookUp('postgres');
  if (known) return known;
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).catch(
    () => undefined,
  );
  const made = await lookUp('postgres');
  if (made) return made;
  throw new Error(
    'Postgres does not run as root, and no user "postgres" could be made for it. Make one (useradd postgres), or start as an ordinary user.',
  );
}

async function lookUp(user: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Whether the account can run a program or go into a folder: every folder above it must let it through. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  if (account.uid === undefined) return true;
  return run('test', ['-x', path], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/**
 * The folder itself when the account can get there, else one of root's that stands for it. A note in the folder's place
 * says which; without the note the stand-in is of an earlier life, and is emptied.
 */
export async function reachableFolder(account: Account, folder: string): Promise<string> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  if (await canReach(account, parent)) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const standIn = join(await openRootFolder(), name);
  const note = `${folder}.elsewhere`;
  if (!existsSync(note)) {
    await rm(standIn, { recursive: true, force: true });
    await writeFile(note, standIn);
  }
  return standIn;
}

/** Only root can write there, so nobody else can put something in our way. */
export async function openRootFolder(): Promise<string> {
  await mkdir(rootFolder, { recursive: true, mode: 0o755 });
  return rootFolder;
}
