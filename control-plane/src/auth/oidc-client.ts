import * as oidc from 'openid-client';
import { AppError } from '../app-error.js';

/** A workspace's own OpenID Connect provider, and what it knows us by. */
export interface OidcParty {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** What an answer is held to; none of it leaves us but as a digest or within the address of the provider's page. */
export interface OidcChecks {
  codeVerifier: string;
  state: string;
  nonce: string;
}

/** Who somebody is at the provider. */
export interface OidcPerson {
  /** Never given to another person there. */
  subject: string;
  /** Undefined when the provider does not say that it has seen to it that the address is theirs. */
  email: string | undefined;
}

/** Of which nothing is taken but what each function here says. */
export type Fetch = oidc.CustomFetch;

/** Where the provider's page is, by its discovery document. Throws AppError `provider.unreachable`. */
export async function beginOidc(
  party: OidcParty,
  redirectUri: string,
  fetch: Fetch,
): Promise<{ url: string; checks: OidcChecks }> {
  const configuration = await discover(party, fetch);
  const checks = {
    codeVerifier: oidc.randomPKCECodeVerifier(),
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
  };
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.codeVerifier),
    code_challenge_method: 'S256',
    state: checks.state,
    nonce: checks.nonce,
  });
  return { url: url.href, checks };
}

/**
 * Who the answer at `address` tells of. The code is spent with the verifier that only we have; issuer, audience, nonce,
 * times and signature (by the provider's published keys) of the ID token must be right. Throws AppError
 * `provider.unreachable` or `provider.refused`. No token is kept.
 */
export async function finishOidc(
  party: OidcParty,
  { address, checks }: { address: URL; checks: OidcChecks },
  fetch: Fetch,
): Promise<OidcPerson> {
  const configuration = await discover(party, fetch);
  try {
    const tokens = await oidc.authorizationCodeGrant(configuration, address, {
      pkceCodeVerifier: checks.codeVerifier,
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('There is no ID token.');
    const told =
      claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint
        ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : claims;
    const isVerified = told['email_verified'] === true && typeof told['email'] === 'string';
    return { subject: claims.sub, email: isVerified ? String(told['email']) : undefined };
  } catch (cause) {
    throw new AppError(
      'provider.refused',
      'The identity provider’s answer does not let you in. Try again.',
      { cause },
    );
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcParty, fetch: Fetch) {
  const url = new URL(issuer);
  try {
    return await oidc.discovery(url, clientId, {}, oidc.ClientSecretBasic(clientSecret), {
      [oidc.customFetch]: fetch,
      // The guard allows http within the networks that the installation names, and nowhere else.
      execute: [
        oidc.enableNonRepudiationChecks,
        ...(url.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
      ],
    });
  } catch (cause) {
    throw new AppError(
      'provider.unreachable',
      'The identity provider does not answer as OpenID Connect wants it. Look at its issuer.',
      { cause },
    );
  }
}
