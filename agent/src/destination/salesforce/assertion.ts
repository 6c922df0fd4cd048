import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Failure } from '../../failure.js';

/**
 * What a client says of itself to get a session, signed with its key: a JWT with RS256.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm (read 2026-11)
 */
export interface Claims {
  /** The consumer key. */
  issuer: string;
  /** The username. */
  subject: string;
  /** Which authorization server is meant: `https://login.salesforce.com`, or that of sandboxes. */
  audience: string;
  /** Seconds since the epoch; Salesforce wants it within a few minutes of its own now. */
  expiresAt: number;
}

export function signAssertion(
  { issuer, subject, audience, expiresAt }: Claims,
  key: KeyObject,
): string {
  const claims = { iss: issuer, sub: subject, aud: audience, exp: expiresAt };
  const text = [{ alg: 'RS256' }, claims].map(encoded).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Of a PEM, encrypted or not. CONFIG `destination.bad_key` for anything but the private key of an RSA certificate. */
export function rsaKeyOf(pem: string, passphrase: string | undefined): KeyObject {
  const key = privateKeyOf(pem, passphrase);
  if (key.asymmetricKeyType === 'rsa') return key;
  throw badKey(`a key of type ${key.asymmetricKeyType ?? 'none'}`);
}

function privateKeyOf(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    // The text of OpenSSL names a step of its own, nothing of the key.
    throw badKey(error instanceof Error ? error.message : String(error));
  }
}

function badKey(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.bad_key',
    'The secret `privateKey` is no RSA private key in PEM, or `passphrase` does not open it.',
    { detail },
  );
}
