// Sign-in: a signed assertion (JWT bearer), client credentials, user name and password. A session ends when it is told to.
import { createHmac, createVerify, randomBytes } from 'node:crypto';
import type { Answer } from './http.js';

export interface Credentials {
  clientId: string;
  clientSecret: string;
  username: string;
  password: string;
  /** PEM, PKCS 8; the org has the public half. */
  privateKey: string;
}

export interface SignIn {
  credentials: Credentials;
  publicKey: string;
  /** The server's own address. */
  url(): string;
  orgId: string;
  userId: string;
  nowMs(): number;
}

export class Sessions {
  readonly #open = new Set<string>();

  constructor(private readonly signIn: SignIn) {}

  has(token: string): boolean {
    return this.#open.has(token);
  }

  end(token: string): void {
    this.#open.delete(token);
  }

  endAll(): void {
    this.#open.clear();
  }

  /** The token endpoint. */
  token(form: URLSearchParams): Answer {
    const { credentials } = this.signIn;
    switch (form.get('grant_type')) {
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer': {
        const wrong = this.#wrongAssertion(form.get('assertion') ?? '');
        return wrong ? refused(...wrong) : this.#begin();
      }
      case 'client_credentials': {
        const [id, secret] = [form.get('client_id'), form.get('client_secret')];
        if (id !== credentials.clientId)
          return refused('invalid_client_id', 'client identifier invalid');
        if (secret === credentials.clientSecret) return this.#begin();
        return refused('invalid_client', 'invalid client credentials');
      }
      case 'password': {
        if (form.get('client_id') !== credentials.clientId)
          return refused('invalid_client_id', 'client identifier invalid');
        const isRight =
          form.get('client_secret') === credentials.clientSecret &&
          form.get('username') === credentials.username &&
          form.get('password') === credentials.password;
        return isRight ? this.#begin() : refused('invalid_grant', 'authentication failure');
      }
      case null:
        return refused('invalid_request', 'grant type not supplied');
      default:
        return refused('unsupported_grant_type', 'grant type not supported');
    }
  }

  #wrongAssertion(assertion: string): [string, string] | undefined {
    const { credentials, publicKey, url, nowMs } = this.signIn;
    const [head = '', body = '', signature = '', more] = assertion.split('.');
    const header = jsonOf(head);
    const claims = jsonOf(body);
    const invalid: [string, string] = ['invalid_grant', 'invalid assertion'];
    if (!header || !claims || more !== undefined || header['alg'] !== 'RS256') return invalid;
    if (claims['iss'] !== credentials.clientId)
      return ['invalid_client_id', 'client identifier invalid'];
    const verify = createVerify('RSA-SHA256').update(`${head}.${body}`);
    if (!verify.verify(publicKey, signature, 'base64url')) return invalid;
    const audiences = [url(), 'https://login.salesforce.com', 'https://test.salesforce.com'];
    const audience = [claims['aud']].flat().map((each) => String(each).replace(/\/$/, ''));
    if (!audience.some((each) => audiences.includes(each)))
      return ['invalid_grant', 'audience is invalid'];
    if (!(Number(claims['exp']) * 1000 > nowMs()))
      return ['invalid_grant', 'expired authorization code'];
    if (claims['sub'] !== credentials.username)
      return ['invalid_grant', "user hasn't approved this consumer"];
    return undefined;
  }

  #begin(): Answer {
    const { url, orgId, userId, credentials, nowMs } = this.signIn;
    const token = `${orgId.slice(0, 15)}!${randomBytes(48).toString('base64url')}`;
    this.#open.add(token);
    const id = `${url()}/id/${orgId}/${userId}`;
    const issued = String(nowMs());
    const signature = createHmac('sha256', credentials.clientSecret).update(id + issued);
    return {
      status: 200,
      body: {
        access_token: token,
        signature: signature.digest('base64'),
        scope: 'api',
        instance_url: url(),
        id,
        token_type: 'Bearer',
        issued_at: issued,
      },
    };
  }
}

function refused(error: string, description: string): Answer {
  return { status: 400, body: { error, error_description: description } };
}

function jsonOf(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
