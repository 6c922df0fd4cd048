import { readFile, realpath } from 'node:fs/promises';
import { Failure } from '../failure.js';

export interface SecretPlaces {
  environment: Readonly<Record<string, string | undefined>>;
  /** Files that no reference may name: the agent's own key. */
  ownFiles: readonly string[];
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

async function fileText(path: string, { ownFiles }: SecretPlaces): Promise<string> {
  if (!path.startsWith('/'))
    throw new Failure('CONFIG', 'secret.not_absolute', 'Write the secret’s file as file:/path.', {
      detail: path,
    });
  const real = await realpath(path).catch((error: unknown) => fail(path, error));
  const own = await Promise.all(ownFiles.map((file) => realpath(file).catch(() => file)));
  if (own.includes(real) || real.startsWith('/proc/')) throw forbidden(path);
  const body = await readFile(real).catch((error: unknown) => fail(path, error));
  const value = body.toString('utf8').replace(/\r?\n$/, '');
  if (body.length <= maxBytes && value !== '') return value;
  throw new Failure('CONFIG', 'secret.invalid', 'The file of a secret is empty or too large.', {
    detail: path,
  });
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
