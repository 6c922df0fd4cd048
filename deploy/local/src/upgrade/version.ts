// A version of the project as a folder with its built programs: the tree that this runs in, or another commit of it.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, readlink, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Version {
  /** Short id of the commit; `-dirty` at its end when files differ from it. */
  name: string;
  controlPlane: string;
  agent: string;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);
const maxBuffer = 64 << 20;

const git = async (...args: string[]): Promise<string> =>
  (await run('git', args, { cwd: root, maxBuffer })).stdout.trim();

/** It was built by whoever started us. */
export async function presentVersion(): Promise<Version> {
  const dirty = (await git('status', '--porcelain')) === '' ? '' : '-dirty';
  return versionIn(root, `${await git('rev-parse', '--short', 'HEAD')}${dirty}`);
}

/** Checks `commit` out below `folder` and builds it, a minute or two; what was built there before is taken as it is. */
export async function openVersion(commit: string, folder: string): Promise<Version> {
  const name = await git('rev-parse', '--short', '--verify', `${commit}^{commit}`);
  const home = join(folder, name);
  const built = versionIn(home, name);
  if (await isThere(join(home, 'built'))) return built;
  await checkOut(name, home);
  await linkPackages(home);
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  await run('node', ['deploy/local/launch.mjs', 'build'], { cwd: home, env, maxBuffer });
  await mkdir(join(home, 'built'));
  return built;
}

const versionIn = (home: string, name: string): Version => ({
  name,
  controlPlane: join(home, 'control-plane/dist/main.js'),
  agent: join(home, 'agent/dist/main.js'),
});

/** Through an index of its own, so that the repository is not touched. */
async function checkOut(commit: string, home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const env = { ...process.env, GIT_INDEX_FILE: join(home, '.index') };
  await run('git', ['read-tree', commit], { cwd: root, env });
  await run('git', ['checkout-index', '--all', '--force', `--prefix=${home}/`], { cwd: root, env });
}

/** Of the same lock file, packages are the same; only what the workspaces are to each other must be its own. */
async function linkPackages(home: string): Promise<void> {
  if ((await textOf(root, 'package-lock.json')) !== (await textOf(home, 'package-lock.json')))
    return;
  await linkAll(join(root, 'node_modules'), join(home, 'node_modules'));
  const ownFolder = join('node_modules', '@drawbridge');
  await mkdir(join(home, ownFolder));
  for (const name of await readdir(join(root, ownFolder)))
    await symlink(await readlink(join(root, ownFolder, name)), join(home, ownFolder, name));
  const { workspaces } = JSON.parse(await textOf(home, 'package.json')) as { workspaces: string[] };
  for (const workspace of workspaces) {
    const packages = join(root, workspace, 'node_modules');
    if (await isThere(packages)) await linkAll(packages, join(home, workspace, 'node_modules'));
  }
}

async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  // Caches belong to the tree that wrote them.
  const isOwn = (name: string): boolean => /^(\.cache|\.vite.*|@drawbridge)$/.test(name);
  for (const name of await readdir(from)) {
    if (isOwn(name)) continue;
    // npm's own record is read and, by a later install, written in place.
    if (name === '.package-lock.json') await cp(join(from, name), join(to, name));
    else await symlink(join(from, name), join(to, name));
  }
}

const textOf = (folder: string, name: string): Promise<string> =>
  readFile(join(folder, name), 'utf8');

const isThere = (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  );
