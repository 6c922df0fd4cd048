import { createPublicKey, verify } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { IdentityFile } from './identity-file.js';
import { Identity } from './identity.js';

const enrolment = { agentId: 'a', workspaceId: 'w', pool: 'default' };
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-identity-'));
  file = join(folder, 'deep', 'identity');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is the same at every start, for its owner alone, and signs as its public key says', async () => {
  const made = await Identity.open(new IdentityFile(file));
  expect(made.enrolment).toBeUndefined();
  await made.enrol(enrolment);
  const again = await Identity.open(new IdentityFile(file));
  expect(again.enrolment).toEqual(enrolment);
  expect(again.publicKey).toEqual(made.publicKey);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'deep'))).toEqual(['identity']);
  const key = createPublicKey({ key: Buffer.from(made.publicKey), format: 'der', type: 'spki' });
  const text = Buffer.from('text');
  expect(verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, again.sign(text))).toBe(true);
});

it.each(['', '{}', '{"format":1,"privateKey":"canary"}', 'null'])(
  'refuses a file that holds %j, without quoting it',
  async (text) => {
    const path = join(folder, 'identity');
    await writeFile(path, text, { mode: 0o600 });
    const failure = await Identity.open(new IdentityFile(path)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'CONFIG', code: 'identity.unreadable' });
    expect(String((failure as Error).stack)).not.toContain('canary');
  },
);

it('refuses a key that others may read', async () => {
  await Identity.open(new IdentityFile(file));
  await chmod(file, 0o644);
  await expect(Identity.open(new IdentityFile(file))).rejects.toMatchObject({
    code: 'identity.open_to_others',
  });
});

const refused = new Failure('CONFIG', 'session.bad_signature', 'No.');

it('signs with the next key once it is stored, and forgets the old one when that was taken', async () => {
  const identity = await Identity.open(new IdentityFile(file));
  await identity.enrol(enrolment);
  const old = identity.publicKey;
  const { publicKey: next } = await identity.rotate(Buffer.from('text'));
  expect(identity.publicKey).toEqual(next);
  expect((await identity.rotate(Buffer.from('again'))).publicKey).toEqual(next);
  expect(next).not.toEqual(old);
  // It stopped before it heard whether the key was kept.
  const again = await Identity.open(new IdentityFile(file));
  expect([again.publicKey, again.enrolment]).toEqual([next, enrolment]);
  expect(await again.welcomed()).toBe('rotated');
  expect(await again.welcomed()).toBe('as before');
  const last = await Identity.open(new IdentityFile(file));
  expect(last.publicKey).toEqual(next);
  expect(last.passOver(refused)).toBe(false);
  expect(await readFile(file, 'utf8')).not.toContain('nextPrivateKey');
});

it('goes back to the present key when nobody knows the next one, and keeps that for later', async () => {
  const identity = await Identity.open(new IdentityFile(file));
  const old = identity.publicKey;
  const { publicKey: next } = await identity.rotate(Buffer.from('text'));
  expect(identity.passOver(new Failure('TRANSIENT', 'session.cut', 'Cut.'))).toBe(false);
  expect(identity.passOver(refused)).toBe(true);
  expect(identity.publicKey).toEqual(old);
  expect(await identity.welcomed()).toBe('as before');
  expect(identity.passOver(refused)).toBe(false);
  expect((await identity.rotate(Buffer.from('text'))).publicKey).toEqual(next);
});
