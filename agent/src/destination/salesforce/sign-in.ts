import type { HttpAnswer, HttpClient, HttpRequest } from '../../connector/http.js';
import type { SecretsOf, SettingsOf } from '../../connector/field.js';
import { Failure } from '../../failure.js';
import { rsaKeyOf, signAssertion } from './assertion.js';
import type { secrets, settings } from './settings.js';

export interface Session {
  /** Where the org's API is, without a slash at its end. */
  instanceUrl: string;
  token: string;
}

export type SignIn = (signal: AbortSignal) => Promise<Session>;

interface Given {
  settings: SettingsOf<typeof settings>;
  secrets: SecretsOf<typeof secrets>;
}

const production = 'https://login.salesforce.com';
const sandboxes = 'https://test.salesforce.com';
/** Of an assertion; it is used at once. */
const lifetimeSeconds = 180;

/**
 * Signs in by JWT bearer or client credentials. What can't be is CONFIG at once.
 * https://help.salesforce.com/s/articleView?id=xcloud.meta_configure_client_credentials_flow_for_external_client_apps.htm (read 2026-11)
 */
export function signInWith(client: HttpClient, given: Given): SignIn {
  const { loginUrl, sandbox } = given.settings;
  const authority = sandbox ? sandboxes : production;
  const host = hostOf(loginUrl ?? authority);
  const form =
    given.settings.signIn === 'jwt'
      ? jwtForm(client, { ...given, host, authority })
      : secretForm(given);
  return async (signal) => {
    const body = new URLSearchParams(await form(signal)).toString();
    const answer = await ask(client, tokenRequest(host, body), signal);
    return sessionOf(answer);
  };
}

/** Where it signs in. The org says then where its API is. */
export function loginUrlOf({ loginUrl, sandbox }: SettingsOf<typeof settings>): string {
  return loginUrl ?? (sandbox ? sandboxes : production);
}

type Form = (signal: AbortSignal) => Promise<Record<string, string>>;

function jwtForm(
  client: HttpClient,
  { settings, secrets, host, authority }: Given & { host: string; authority: string },
): Form {
  const { clientId, username } = settings;
  const key = rsaKeyOf(secrets.privateKey ?? '', secrets.passphrase);
  return async (signal) => {
    const expiresAt = Math.floor((await nowThere(client, host, signal)) / 1000) + lifetimeSeconds;
    const claims = { issuer: clientId, subject: username ?? '', audience: authority, expiresAt };
    return {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: signAssertion(claims, key),
    };
  };
}

function secretForm({ settings, secrets }: Given): Form {
  const { clientId, loginUrl } = settings;
  if (!loginUrl)
    throw missing(
      '`loginUrl` is missing; sign-in by client credentials needs the org’s My Domain.',
    );
  return async () => ({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secrets.clientSecret ?? '',
  });
}

/**
 * By the clock of Salesforce, of which every answer tells: an agent whose own is wrong signs in all the same. The list of
 * versions needs no session and is not counted.
 */
async function nowThere(client: HttpClient, host: string, signal: AbortSignal): Promise<number> {
  const request = { method: 'GET', url: `${host}/services/data/`, headers: {} };
  const { headers } = await client.send(request, signal).catch((error: unknown) => {
    const response = error instanceof Failure ? error.dialogue?.response : undefined;
    if (response) return response as unknown as HttpAnswer;
    throw error;
  });
  const date = Date.parse(String(headers['date'] ?? ''));
  if (!Number.isNaN(date)) return date;
  throw new Failure(
    'CONFIG',
    'destination.not_salesforce',
    'What answers at the login URL is not Salesforce. Check `loginUrl`, and proxies on the way.',
  );
}

function tokenRequest(host: string, body: string): HttpRequest {
  return {
    method: 'POST',
    url: `${host}/services/oauth2/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body,
  };
}

/** Without the dialogue: it is made of credentials. */
async function ask(
  client: HttpClient,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await client.send(request, signal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    error.dialogue = undefined;
    if (error.kind === 'REJECTED' || error.code === 'destination.auth_failed') throw refused(error);
    throw error;
  }
}

/** OAuth's own words: `{"error":"invalid_grant","error_description":"…"}`. */
function refused({ detail = '', vendorCode }: Failure): Failure {
  const { error } = (objectIn(detail) ?? {}) as { error?: unknown };
  const code = String(error ?? '').toUpperCase();
  return new Failure(
    'CONFIG',
    'destination.auth_failed',
    'Salesforce refuses to sign the agent in. Check the app, the user and the secrets of the connection.',
    { detail, vendorCode: /^[A-Z0-9_]{1,64}$/.test(code) ? code : vendorCode },
  );
}

function sessionOf({ body }: HttpAnswer): Session {
  const { access_token: token, instance_url: url } = (objectIn(body) ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof token === 'string' && typeof url === 'string' && URL.canParse(url))
    return { token, instanceUrl: url.replace(/\/+$/, '') };
  throw new Failure(
    'CONFIG',
    'destination.not_salesforce',
    'What answers at the login URL is not Salesforce. Check `loginUrl`, and proxies on the way.',
  );
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function hostOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && !/[?#@]/.test(url)) return parsed.origin;
  throw missing('`loginUrl` must be an address as https://acme.my.salesforce.com.');
}

function missing(message: string): Failure {
  return new Failure('CONFIG', 'settings.invalid', message);
}
