import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is wrong with the ID token that is given next. */
export interface Forgery {
  /** In the place of what would be right. */
  claims?: object;
  header?: object;
  /** By a key that is not among the provider's. */
  isByStranger?: boolean;
  isUnsigned?: boolean;
}

export interface ForgingProvider {
  issuer: string;
  /** Given once, for any code, with the nonce of that sign-in. */
  forge(forgery: Forgery, nonce: string): void;
  close(): Promise<void>;
}

const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = 'own';
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A test double of an OpenID Connect provider (Core 1.0, Discovery 1.0, read 2026-11-25): discovery, keys and a token
 * endpoint that takes any code and gives tokens that are wrong in one thing. It has no page to sign in on.
 */
export async function openForgingProvider(clientId: string): Promise<ForgingProvider> {
  let next: { forgery: Forgery; nonce: string } = { forgery: {}, nonce: '' };
  const server = createServer(({ url }, answer) => {
    answer.setHeader('content-type', 'application/json');
    if (url === '/keys')
      return answer.end(
        JSON.stringify({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid, use: 'sig' }] }),
      );
    if (url === '/token')
      return answer.end(
        JSON.stringify({
          access_token: 'an access token',
          token_type: 'Bearer',
          id_token: tokenOf(next.forgery, { iss: issuer, aud: clientId, nonce: next.nonce }),
        }),
      );
    return answer.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/sign-in`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    forge: (forgery, nonce) => void (next = { forgery, nonce }),
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

function tokenOf({ claims, header, isByStranger, isUnsigned }: Forgery, right: object): string {
  const now = Math.floor(Date.now() / 1_000);
  const who = { sub: 'fred', email: 'fred@example.com', email_verified: true };
  const head = base64({ alg: 'RS256', kid, ...header });
  const said = `${head}.${base64({ iat: now, exp: now + 60, ...who, ...right, ...claims })}`;
  if (isUnsigned) return `${said}.`;
  const key = (isByStranger ? stranger : own).privateKey;
  return `${said}.${sign('sha256', Buffer.from(said), key).toString('base64url')}`;
}
