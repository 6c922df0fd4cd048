import { Injectable } from '@nestjs/common';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { genericOAuth, magicLink, twoFactor } from 'better-auth/plugins';
import { hashWith, minPasswordLength } from '../account/password.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { accountDoors } from './account-doors.js';
import { clientAddressHeader } from './client-address.js';
import { isOpenPath } from './open-paths.js';
import { passkeyDoors } from './passkey-doors.js';
import { providerDoors } from './provider-doors.js';
import { accountHooks, requestHooks, sessionHooks, userHooks } from './sign-in-hooks.js';
import { SignInTries } from './sign-in-tries.js';
import { WaysIn } from './ways-in.js';

const basePath = '/api/auth';
const linkLivesSeconds = 3600;

/** Passwords, sign-in links and browser sessions: the sign-in library on our database. */
@Injectable()
export class SignIn {
  readonly auth;
  private lastLink: { email: string; url: string } | undefined;

  constructor(
    database: Database,
    tries: SignInTries,
    private readonly config: Config,
    { accounts, passkeys, providers, clock }: WaysIn,
  ) {
    this.auth = betterAuth({
      appName: 'Drawbridge',
      baseURL: config.publicUrl,
      basePath,
      secret: config.secret,
      trustedOrigins: [...originsOf(config.publicUrl)],
      database: prismaAdapter(database.system, { provider: 'postgresql' }),
      emailAndPassword: {
        enabled: true,
        disableSignUp: true,
        minPasswordLength,
        password: hashWith(config),
      },
      rateLimit: { enabled: true, window: 60, max: 300, storage: 'database' },
      session: {
        additionalFields: {
          workspaceId: { type: 'string', required: false, input: false },
          providerId: { type: 'string', required: false, input: false },
        },
      },
      hooks: requestHooks(database, tries, clock),
      databaseHooks: {
        session: sessionHooks(database, tries),
        user: userHooks(database),
        account: accountHooks,
      },
      advanced: {
        ipAddress: { ipAddressHeaders: [clientAddressHeader] },
        // Off in tests unless told, and a test of it would prove nothing.
        disableOriginCheck: false,
      },
      onAPIError: { errorURL: '/sign-in' },
      telemetry: { enabled: false },
      logger: { disabled: true },
      plugins: [
        accountDoors(accounts, tries),
        passkeyDoors(passkeys, clock),
        providerDoors(providers, clock),
        twoFactor({ issuer: 'Drawbridge' }),
        genericOAuth({ config: providersOf(config) }),
        magicLink({
          disableSignUp: true,
          expiresIn: linkLivesSeconds,
          storeToken: 'hashed',
          sendMagicLink: ({ email, url }) => {
            this.lastLink = { email, url };
          },
        }),
      ],
    });
  }

  /** Signs that person in once, within an hour. */
  async makeLink(email: string): Promise<string> {
    await this.auth.api.signInMagicLink({
      body: { email, callbackURL: '/', errorCallbackURL: '/sign-in' },
      headers: new Headers({ origin: this.config.publicUrl }),
    });
    if (this.lastLink?.email !== email) throw new Error('The sign-in library made no link.');
    return this.lastLink.url;
  }

  /** Answers what browsers ask below /api/auth; 404 for what is not ours to ask. */
  async answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.slice(basePath.length);
    if (isOpenPath(request.method, path)) return this.auth.handler(request);
    return Response.json(
      { code: 'http.not_found', message: 'There is nothing here.' },
      { status: 404 },
    );
  }

  /** The session behind a browser's cookie. */
  async sessionOf(headers: Headers): Promise<SignedIn | undefined> {
    const found = await this.auth.api.getSession({ headers });
    if (!found) return undefined;
    const { id, workspaceId, providerId } = found.session;
    const { user } = found;
    return {
      id,
      user,
      workspaceId: workspaceId ?? undefined,
      providerId: providerId ?? undefined,
      hasTotp: user.twoFactorEnabled === true,
    };
  }
}

export interface SignedIn {
  id: string;
  user: { id: string; name: string; email: string };
  /** That it is in, as far as it says. */
  workspaceId: string | undefined;
  /** The workspace's own identity provider that began it: then it is in that workspace and nowhere else. */
  providerId: string | undefined;
  /** Whether a password alone lets nobody in. */
  hasTotp: boolean;
}

/**
 * It leads in who has an account already, by an address that the provider has verified; whoever was not invited has none.
 * A second factor is the provider's to ask for.
 */
const providersOf = ({ oidc }: Config) =>
  oidc
    ? [
        {
          providerId: 'oidc',
          name: oidc.name,
          discoveryUrl: `${oidc.issuer}/.well-known/openid-configuration`,
          clientId: oidc.clientId,
          clientSecret: oidc.clientSecret,
          scopes: ['openid', 'email', 'profile'],
          pkce: true,
          disableSignUp: true,
          requireIdTokenVerification: true,
        },
      ]
    : [];

/** A server on this machine is reached by both of its names. */
export function originsOf(publicUrl: string): ReadonlySet<string> {
  const { origin, hostname } = new URL(publicUrl);
  if (hostname !== 'localhost') return new Set([origin]);
  return new Set([origin, origin.replace('localhost', '127.0.0.1')]);
}
