import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import { personAt, type Asker } from '../account/asker.js';
import { recordEverywhere } from '../account/everywhere.js';
import type { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { clientAddressHeader } from './client-address.js';
import { held, isOwnPath } from './held-session.js';
import { spendCode } from './spent-codes.js';
import { tooManyTries, type SignInTries } from './sign-in-tries.js';
import { workspaceOf } from './workspace-of.js';

/** Where a person who is signed in shows the password once more. */
const passwordPaths: ReadonlySet<string> = new Set([
  '/change-password',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/generate-backup-codes',
]);

const codePath = '/two-factor/verify-totp';

/** What of this stands in the audit log, once it has succeeded. */
const recorded: Readonly<Record<string, `account.${string}`>> = {
  '/change-password': 'account.change_password',
  '/two-factor/generate-backup-codes': 'account.make_backup_codes',
};

/** What the sign-in library is told to do beside its own. */
export const requestHooks = (database: Database, tries: SignInTries, clock: Clock) => ({
  /** A try is counted before the password is looked at, or a hundred guesses at once would count as one. */
  before: createAuthMiddleware(async (context) => {
    const { path, body } = context;
    const email = path === '/sign-in/email' ? emailIn(body) : undefined;
    const signedIn = isOwnPath(path) ? await getSessionFromCtx(context) : undefined;
    if (signedIn?.session['providerId']) throw new APIError('FORBIDDEN', shownOf(held()));
    const account = email ?? (passwordPaths.has(path) ? signedIn?.user.email : undefined);
    if (account !== undefined && !(await tries.allow(account)))
      throw new APIError('TOO_MANY_REQUESTS', tooManyTries);
    if (path !== codePath) return { context: { body: adjusted(path, body) } };
    const isSpent = !(await spendCode(context, database, clock.now()));
    // One that was used before is counted and answered as any wrong one.
    const left = isSpent ? { ...body, code: '' } : body;
    return { context: { body: adjusted(path, left) } };
  }),
  after: createAuthMiddleware(async ({ path, context, headers }) => {
    const { returned, session } = context;
    if (!session || returned instanceof Error) return;
    if (passwordPaths.has(path)) await tries.forget(session.user.id);
    const action = recorded[path];
    if (action) await record(database, { action, userId: session.user.id }, askerOf(headers));
  }),
});

const shownOf = ({ code, message }: AppError) => ({ code, message });

/** Whoever changes a password wants nobody else in; and no browser is trusted to do without a code. */
function adjusted(path: string, body: unknown): unknown {
  if (path === '/change-password') return { ...(body as object), revokeOtherSessions: true };
  if (path.startsWith('/two-factor/verify-')) return { ...(body as object), trustDevice: false };
  return body;
}

/** Who somebody is was told once; what else an identity provider's tokens open is none of ours. */
const withoutTokens = async () => ({
  data: { accessToken: null, refreshToken: null, idToken: null },
});

export const accountHooks = {
  create: { before: withoutTokens },
  update: { before: withoutTokens },
};

/** The one thing about a person that changes through the library: whether they have a second factor. */
export const userHooks = (database: Database) => ({
  update: {
    after: async ({ id, twoFactorEnabled }: ChangedUser, context: Endpoint | null) => {
      if (!context?.path?.startsWith('/two-factor/')) return;
      const action = twoFactorEnabled ? 'account.enable_totp' : 'account.disable_totp';
      await record(database, { action, userId: id }, askerOf(context.headers));
    },
  },
});

export type ChangedUser = { id: string; twoFactorEnabled?: unknown };
export type Endpoint = { path?: string | undefined; headers?: Headers | undefined };

const record = (
  database: Database,
  done: { action: `account.${string}`; userId: string },
  asker: Asker,
): Promise<void> => database.system.$transaction((tx) => recordEverywhere(tx, done, asker));

/** A session begins in one of the person's workspaces, and stands in the log of that. */
export const sessionHooks = (database: Database, tries: SignInTries) => ({
  create: {
    before: async ({ userId, providerId, workspaceId }: NewSession) => ({
      data: {
        workspaceId: providerId
          ? workspaceId
          : ((await workspaceOf(database.system, userId)) ?? null),
      },
    }),
    after: async (session: NewSession, context: Endpoint | null) => {
      const { userId: id } = session;
      const user = await database.system.user.findUnique({ where: { id } });
      if (!user) return;
      // The library takes this one back and asks for a code: nobody is in yet.
      if (user.twoFactorEnabled && context?.path === '/sign-in/email') return;
      // A provider that a workspace chose must not give anybody's guesses at a password a new start.
      if (!session.providerId) await tries.forget(id);
      await recordSignIn(database, session, user.name);
    },
  },
});

export interface NewSession {
  id: string;
  userId: string;
  ipAddress?: string | null | undefined;
  userAgent?: string | null | undefined;
  workspaceId?: unknown;
  providerId?: unknown;
}

async function recordSignIn(database: Database, session: NewSession, name: string): Promise<void> {
  const { id, userId, ipAddress, userAgent, workspaceId } = session;
  if (typeof workspaceId !== 'string') return;
  const asker = { address: ipAddress || undefined, userAgent: userAgent || undefined };
  const person = personAt(asker, { id: userId, name, workspaceId });
  await database.system.$transaction((tx) =>
    AuditService.record(tx, person, { action: 'session.create', subject: { kind: 'session', id } }),
  );
}

const emailIn = (body: unknown): string | undefined => {
  const { email } = (body ?? {}) as { email?: unknown };
  return typeof email === 'string' ? email : undefined;
};

export const askerOf = (headers: Headers | undefined): Asker => ({
  address: headers?.get(clientAddressHeader) ?? undefined,
  userAgent: headers?.get('user-agent') ?? undefined,
});
