import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rsaKeyOf, signAssertion } from './assertion.js';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const locked = pair.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
  .toString();

describe('an assertion', () => {
  it('says who asks for whom, and until when, signed by the key', () => {
    const claims = {
      issuer: '3MVG9',
      subject: 'agent@acme.com',
      audience: 'https://test.salesforce.com',
      expiresAt: 1_800_000_000,
    };
    const [head = '', body = '', signature = ''] = signAssertion(
      claims,
      rsaKeyOf(pem, undefined),
    ).split('.');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'RS256' });
    expect(read(body)).toEqual({
      iss: '3MVG9',
      sub: 'agent@acme.com',
      aud: 'https://test.salesforce.com',
      exp: 1_800_000_000,
    });
    const signed = Buffer.from(`${head}.${body}`);
    const key = createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('opens an encrypted key', () => {
    expect(rsaKeyOf(locked, 'open sesame').equals(pair.privateKey)).toBe(true);
  });

  it.each([
    ['no key at all', 'hello', undefined],
    ['an encrypted key without its passphrase', locked, undefined],
    ['another passphrase', locked, 'guessed'],
    ['a public key', pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), undefined],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      undefined,
    ],
  ])('can not be signed with %s', (_, text, passphrase) => {
    expect(() => rsaKeyOf(text, passphrase)).toThrow(
      expect.objectContaining({ kind: 'CONFIG', code: 'destination.bad_key' }),
    );
  });
});
