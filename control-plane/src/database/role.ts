import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Config } from '../config.js';

/**
 * As whom the control plane works in its database; neither owns a table. `tenant` sees the one workspace that it names,
 * `system` all of them. What each may do is in prisma/tenancy.sql.
 */
export type DatabaseRole = 'tenant' | 'system';

export const databaseRoles = ['tenant', 'system'] as const satisfies readonly DatabaseRole[];

export type RoleConfig = Pick<
  Config,
  | 'databaseUrl'
  | 'directDatabaseUrl'
  | 'secret'
  | 'rolesOfDatabase'
  | 'statementTimeoutMs'
  | 'lockTimeoutMs'
>;

/** Whether a pooler is in between: it lends a connection for a transaction alone. */
export const isPooled = ({ databaseUrl, directDatabaseUrl }: RoleConfig): boolean =>
  directDatabaseUrl !== databaseUrl;

/** A transaction that was forgotten in the middle holds its locks no longer. Ours take at most half of it. */
const idleInTransactionMs = 60_000;

/**
 * What the server holds a role to. It is said as a connection begins; a pooler refuses that, and what is set later would be
 * the next one's who is lent the same connection. Behind one it is set on the role itself.
 */
export const limitsOf = (config: RoleConfig): Readonly<Record<string, number>> => ({
  statement_timeout: config.statementTimeoutMs,
  lock_timeout: config.lockTimeoutMs,
  idle_in_transaction_session_timeout: idleInTransactionMs,
});

/** Two databases of one server have roles of their own. At most 63 characters, and none that would need quoting. */
export function nameOfRole(config: RoleConfig, role: DatabaseRole): string {
  const database = config.rolesOfDatabase || databaseIn(config.directDatabaseUrl);
  const isPlain = /^[a-z0-9_]{1,40}$/.test(database);
  return `drawbridge_${role}_${isPlain ? database : digestOf(database).slice(0, 16)}`;
}

/** The same database as the role. Without `via`, through the pooler if there is one. */
export function urlOfRole(
  config: RoleConfig,
  role: DatabaseRole,
  via = config.databaseUrl,
): string {
  const url = new URL(via);
  for (const name of ['user', 'password']) url.searchParams.delete(name);
  url.username = nameOfRole(config, role);
  url.password = passwordOf(config, role);
  return url.href;
}

const iterations = 4096;

/**
 * What Postgres keeps of the role's password, and a pooler may (RFC 5803; https://www.postgresql.org/docs/18/catalog-pg-authid.html,
 * read 2026-11-25). The same each time, so that both can be given it at any time.
 */
export function verifierOfRole(config: RoleConfig, role: DatabaseRole): string {
  const salt = derive(config, `salt of the database role ${role}`).subarray(0, 16);
  const salted = pbkdf2Sync(passwordOf(config, role), salt, iterations, 32, 'sha256');
  const keyFor = (use: string): Buffer => createHmac('sha256', salted).update(use).digest();
  const stored = createHash('sha256').update(keyFor('Client Key')).digest('base64');
  const server = keyFor('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}

/** Derived, not kept: every replica has the same, and none is written down. */
const passwordOf = (config: RoleConfig, role: DatabaseRole): string =>
  derive(config, `password of the database role ${role}`).toString('base64url');

const derive = ({ secret }: RoleConfig, use: string): Buffer =>
  createHmac('sha256', secret).update(use).digest();

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As libpq has it: a database that isn't named is named as the user. */
function databaseIn(databaseUrl: string): string {
  const { pathname, username } = new URL(databaseUrl);
  return decodeURIComponent(pathname.slice(1) || username);
}
