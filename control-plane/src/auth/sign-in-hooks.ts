import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import { personAt, type Asker } from '../account/asker.js';
import { recordEverywhere } from '../account/everywhere.js';
import { AuditService } from '../audit/audit.service.js';
import type { Database } from '../database/database.js';
import { clientAddressHeader } from './client-address.js';
import { tooManyTries, type SignInTries } from './sign-in-tries.js';
import { workspaceOf } from './workspace-of.js';

/** What the sign-in library is told to do beside its own. */
export const requestHooks = (database: Database, tries: SignInTries) => ({
  /** A try is counted before the password is looked at, or a hundred guesses at once would count as one. */
  before: createAuthMiddleware(async (context) => {
    const { path, body } = context;
    const email = path === '/sign-in/email' ? emailIn(body) : undefined;
    const changed = path === '/change-password' ? await getSessionFromCtx(context) : undefined;
    const account = email ?? changed?.user.email;
    if (account !== undefined && !(await tries.allow(account)))
      throw new APIError('TOO_MANY_REQUESTS', tooManyTries);
    // Whoever changes a password wants nobody else in.
    if (changed) return { context: { body: { ...(body as object), revokeOtherSessions: true } } };
    return undefined;
  }),
  after: createAuthMiddleware(async ({ path, context, headers }) => {
    const { returned, session } = context;
    if (path !== '/change-password' || !session || returned instanceof Error) return;
    const changed = { action: 'account.change_password', userId: session.user.id } as const;
    await database.system.$transaction((tx) => recordEverywhere(tx, changed, askerOf(headers)));
  }),
});

/** A session begins in one of the person's workspaces, and stands in the log of that. */
export const sessionHooks = (database: Database, tries: SignInTries) => ({
  create: {
    before: async (session: { userId: string }) => ({
      data: { workspaceId: (await workspaceOf(database.system, session.userId)) ?? null },
    }),
    after: async (session: NewSession) => {
      await tries.forget(session.userId);
      await recordSignIn(database, session);
    },
  },
});

export interface NewSession {
  id: string;
  userId: string;
  ipAddress?: string | null | undefined;
  userAgent?: string | null | undefined;
  workspaceId?: unknown;
}

async function recordSignIn(database: Database, session: NewSession): Promise<void> {
  const { id, userId, ipAddress, userAgent, workspaceId } = session;
  const user = await database.system.user.findUnique({ where: { id: userId } });
  if (!user || typeof workspaceId !== 'string') return;
  const asker = { address: ipAddress || undefined, userAgent: userAgent || undefined };
  const person = personAt(asker, { id: userId, name: user.name, workspaceId });
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
