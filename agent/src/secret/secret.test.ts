import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failureOf } from '../failure.js';
import { readSecret } from './secret.js';

const value = 'hunter2-canary';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-secret-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (reference: string): Promise<string> =>
  readSecret(reference, {
    environment: { PASSWORD: value, EMPTY: '', AWS_SECRET_ACCESS_KEY: value },
    own: { files: [join(folder, 'identity')], folders: [join(folder, 'own'), '/nowhere/at/all'] },
  });

async function fileWith(text: string, name = 'secret'): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

it('reads a variable', async () => {
  expect(await read('env:PASSWORD')).toBe(value);
});

it.each([`${value}`, `${value}\n`, `${value}\r\n`])('reads a file that holds %j', async (text) => {
  expect(await read(`file:${await fileWith(text)}`)).toBe(value);
});

it('keeps all but the last newline, which nobody meant', async () => {
  expect(await read(`file:${await fileWith('a\nb\n\n')}`)).toBe('a\nb\n');
});

it.each([
  ['env:NOWHERE', 'secret.missing'],
  ['env:EMPTY', 'secret.missing'],
  ['file:/nowhere/at/all', 'secret.missing'],
  ['file:relative', 'secret.not_absolute'],
  ['aws-sm:prod/db', 'secret.unsupported'],
  ['vault:kv/db#password', 'secret.unsupported'],
  ['env:AWS_SECRET_ACCESS_KEY', 'secret.forbidden'],
  ['env:DRAWBRIDGE_ENROLLMENT_TOKEN', 'secret.forbidden'],
  ['file:/proc/self/environ', 'secret.forbidden'],
])('refuses %s with %s', async (reference, code) => {
  await expect(read(reference)).rejects.toMatchObject({ kind: 'CONFIG', code });
});

it('does not hand out the agent’s own key, by whatever name', async () => {
  const identity = await fileWith(value, 'identity');
  await symlink(identity, join(folder, 'link'));
  await link(identity, join(folder, 'hard-link'));
  const unfinished = await fileWith(value, 'identity.17.tmp');
  for (const path of [identity, join(folder, 'link'), join(folder, 'hard-link'), unfinished])
    await expect(read(`file:${path}`)).rejects.toMatchObject({ code: 'secret.forbidden' });
  expect(await read(`file:${await fileWith(value, 'identity-of-another')}`)).toBe(value);
});

it('hands out nothing of the agent’s own folders, from wherever a link leads there', async () => {
  // As Kubernetes lays a token: through two links.
  await mkdir(join(folder, 'own', '..2026'), { recursive: true });
  await fileWith(value, 'own/..2026/token');
  await symlink('..2026', join(folder, 'own', '..data'));
  await symlink('..data/token', join(folder, 'own', 'token'));
  await symlink('own', join(folder, 'alias'));
  await symlink('alias/token', join(folder, 'link'));
  for (const path of ['own/token', 'own/..2026/token', 'alias/token', 'link', 'x/../own/token'])
    await expect(read(`file:${folder}/${path}`)).rejects.toMatchObject({ kind: 'CONFIG' });
  for (const path of ['own/token', 'alias/token', 'link'])
    await expect(read(`file:${folder}/${path}`)).rejects.toMatchObject({
      code: 'secret.forbidden',
    });
  await mkdir(join(folder, 'own-too'));
  expect(await read(`file:${await fileWith(value, 'own-too/token')}`)).toBe(value);
});

it.each(['/dev/zero', '/tmp'])('reads no %s', async (path) => {
  await expect(read(`file:${path}`)).rejects.toMatchObject({ code: 'secret.invalid' });
});

it('never says what it read', async () => {
  const failures = await Promise.all(
    [
      `file:${await fileWith('', 'empty')}`,
      `file:${await fileWith('x'.repeat(2 << 20), 'large')}`,
      'env:AWS_SECRET_ACCESS_KEY',
    ].map((reference) => read(reference).then(() => undefined, failureOf)),
  );
  for (const failure of failures) {
    expect(failure?.kind).toBe('CONFIG');
    expect(`${failure?.message} ${failure?.detail}`).not.toMatch(/canary|xxx/);
  }
});
