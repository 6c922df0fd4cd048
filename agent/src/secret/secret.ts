import { readFile, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Environment, OwnPlaces } from '../config.js';
import { Failure } from '../failure.js';

export interface SecretPlaces {
  environment: Environment;
  /** Where no reference may point, by whatever name: the agent's own key and credentials. */
  own: OwnPlaces;
}

/** Larger than any key or certificate chain; a wrong path must not fill the memory. */
const maxBytes = 1 << 20;
/** What the agent itself runs on is nobody's destination password. */
const ownVariable = /^(DRAWBRIDGE|AWS)_/;

/** A reference → its value. The value lives in the agent's memory; no failure holds it, nor what was read instead. */
export async function readSecret(reference: string, places: SecretPlaces): Promise<string> {
  const [, scheme = '', place = ''] = /^([a-z0-9-]+):(.+)$/s.exec(reference) ?? [];
  switch (scheme) {
    case 'env':
      return variable(place, places);
    case 'file':
      return fileText(place, places);
    default:
      throw new Failure(
        'CONFIG',
        'secret.unsupported',
        'This agent reads secrets from env:NAME and file:/path only.',
        { detail: reference },
      );
  }
}

function variable(name: string, { environment }: SecretPlaces): string {
  if (ownVariable.test(name)) throw forbidden(name);
  const value = environment[name];
  if (value) return value;
  throw new Failure(
    'CONFIG',
    'secret.missing',
    'A secret names an environment variable that the agent does not have. Set it and restart the agent.',
    { detail: name },
  );
}

async function fileText(path: string, { own }: SecretPlaces): Promise<string> {
  if (!path.startsWith('/'))
    throw new Failure('CONFIG', 'secret.not_absolute', 'Write the secret’s file as file:/path.', {
      detail: path,
    });
  const real = await realpath(path).catch((error: unknown) => fail(path, error));
  if (await isOwn(real, own)) throw forbidden(path);
  const { size } = await fileAt(real, path);
  if (size > maxBytes) throw invalid(path);
  const body = await readFile(real).catch((error: unknown) => fail(path, error));
  const value = body.toString('utf8').replace(/\r?\n$/, '');
  if (body.length > maxBytes || value === '') throw invalid(path);
  return value;
}

/** A device or a pipe would be read for ever. */
async function fileAt(real: string, path: string): Promise<{ size: number }> {
  const found = await stat(real).catch((error: unknown) => fail(path, error));
  if (!found.isFile()) throw invalid(path);
  return found;
}

/** `real` has no links in it any more; a second name of the same file shows by its number. */
async function isOwn(real: string, { files, folders }: OwnPlaces): Promise<boolean> {
  if (real.startsWith('/proc/')) return true;
  const isIn = await Promise.all(
    folders.map(async (folder) => real.startsWith(`${await realOf(folder)}${sep}`)),
  );
  const isOne = await Promise.all(files.map((file) => isSame(real, file)));
  return isIn.includes(true) || isOne.includes(true);
}

async function isSame(real: string, file: string): Promise<boolean> {
  const own = await realOf(file);
  // What a crash left of the identity, which is written beside its place and then moved there.
  if (real === own || (real.startsWith(`${own}.`) && real.endsWith('.tmp'))) return true;
  const [one, other] = await Promise.all([numberOf(real), numberOf(own)]);
  return one !== undefined && one === other;
}

async function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function numberOf(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
}

function invalid(path: string): Failure {
  return new Failure(
    'CONFIG',
    'secret.invalid',
    'The file of a secret is empty or too large, or no file.',
    { detail: path },
  );
}

function forbidden(place: string): Failure {
  return new Failure(
    'CONFIG',
    'secret.forbidden',
    'A secret may not point at what belongs to the agent itself.',
    { detail: place },
  );
}

function fail(path: string, error: unknown): never {
  const { code = '' } = error as { code?: string };
  throw new Failure(
    'CONFIG',
    code === 'ENOENT' ? 'secret.missing' : 'secret.unreadable',
    'The agent cannot read the file of a secret. Check that it is mounted and readable by the agent’s user.',
    { detail: path, vendorCode: code },
  );
}
