import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits behind a prefix that tells secret scanners what they found. Only the hash is kept. */
export function makeToken(prefix: 'dbk' | 'dbe' | 'dbl' | 'dbi'): {
  token: string;
  hash: Uint8Array<ArrayBuffer>;
} {
  const token = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashOfToken(token) };
}

/** SHA-256 is enough: there is nothing to guess in 256 random bits. */
export const hashOfToken = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token).digest());
