import { Injectable } from '@nestjs/common';
import { betterAuth } from 'better-auth';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { magicLink } from 'better-auth/plugins';
import { minPasswordLength } from '../account/password.js';
import { PasswordResetService } from '../account/password-reset.service.js';
import { SignUpService } from '../account/sign-up.service.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { accountDoors } from './account-doors.js';
import { clientAddressHeader } from './client-address.js';
import { SignInTries, tooManyTries } from './sign-in-tries.js';

/** A sign-in link is made by the `setup` command alone; accounts and addresses change through account-doors.ts or not at all. */
const closedPaths = [
  '/sign-in/magic-link',
  '/sign-up/email',
  '/update-user',
  '/change-email',
  '/delete-user',
];
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
    signUp: SignUpService,
    reset: PasswordResetService,
  ) {
    this.auth = betterAuth({
      appName: 'Drawbridge',
      baseURL: config.publicUrl,
      basePath: '/api/auth',
      secret: config.secret,
      trustedOrigins: [...originsOf(config.publicUrl)],
      database: prismaAdapter(database, { provider: 'postgresql' }),
      emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength },
      disabledPaths: closedPaths,
      rateLimit: { enabled: true, window: 60, max: 300, storage: 'database' },
      hooks: { before: limitTries(tries) },
      databaseHooks: { session: { create: { after: ({ userId }) => tries.forget(userId) } } },
      advanced: {
        ipAddress: { ipAddressHeaders: [clientAddressHeader] },
        // Off in tests unless told, and a test of it would prove nothing.
        disableOriginCheck: false,
      },
      telemetry: { enabled: false },
      logger: { disabled: true },
      plugins: [
        accountDoors({ signUp, reset, tries }),
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

  /** The person behind a browser's cookie. */
  async userOf(headers: Headers): Promise<{ id: string; name: string; email: string } | undefined> {
    return (await this.auth.api.getSession({ headers }))?.user;
  }
}

/** Counted before the password is looked at, or a hundred guesses at once would count as one. */
const limitTries = (tries: SignInTries) =>
  createAuthMiddleware(async ({ path, body }) => {
    const { email } = (body ?? {}) as { email?: unknown };
    if (path !== '/sign-in/email' || typeof email !== 'string') return;
    if (!(await tries.allow(email))) throw new APIError('TOO_MANY_REQUESTS', tooManyTries);
  });

/** A server on this machine is reached by both of its names. */
export function originsOf(publicUrl: string): ReadonlySet<string> {
  const { origin, hostname } = new URL(publicUrl);
  if (hostname !== 'localhost') return new Set([origin]);
  return new Set([origin, origin.replace('localhost', '127.0.0.1')]);
}
