import { Failure } from '../../failure.js';
import { quoteIdentifier } from './name.js';
import { byOwnRole } from './pinned.js';
import { Session } from './session.js';
import { signInOf } from './sign-in.js';
import type { Account } from './sign-in.js';

/** Roles whose grants are looked at; of one that inherits more nobody can say that it only reads. */
const mostRoles = 50;
/** Grants that are named. */
const mostNamed = 10;

/**
 * Signs in, and looks whether the role can read and can't write. Starts no virtual warehouse, which would cost. Throws
 * CONFIG `source.no_warehouse`, `source.forbidden`, `source.can_write`.
 */
export async function check(
  account: Account & { acceptWritingRole: boolean },
  signal: AbortSignal,
): Promise<void> {
  const session = await Session.open(signInOf(account), signal);
  try {
    await session.run(byOwnRole);
    const role = await assertThere(session, account);
    if (!account.acceptWritingRole) await assertReadOnly(session, role);
  } finally {
    await session.close();
  }
}

/** What the session stands in; what the role may not use is not there, though signing in goes well. */
async function assertThere(session: Session, { database, schema }: Account): Promise<string> {
  const [there = {}] = await session.run(
    `select current_role() as "role", current_warehouse() as "warehouse",
      current_database() as "database", current_schema() as "schema"`,
  );
  if (there['warehouse'] === null)
    throw new Failure(
      'CONFIG',
      'source.no_warehouse',
      'No virtual warehouse runs the query. Check warehouse and the grants on it.',
    );
  const isHidden =
    (database !== undefined && there['database'] === null) ||
    (schema !== undefined && there['schema'] === null);
  if (isHidden)
    throw new Failure(
      'CONFIG',
      'source.forbidden',
      'The role may not use the database or the schema of the connection, or there is none of that name.',
    );
  return String(there['role']);
}

async function assertReadOnly(session: Session, role: string): Promise<void> {
  const writing: string[] = [];
  const roles = [role];
  for (let n = 0; n < roles.length && n < mostRoles; n += 1) {
    const grants = await session.run(`show grants to role ${quoteIdentifier(roles[n] ?? '')}`);
    for (const grant of grants) {
      const { privilege, on, name } = grantOf(grant);
      if (on === 'ROLE' && privilege === 'USAGE' && !roles.includes(name)) roles.push(name);
      if (writes(privilege, on)) writing.push(`${privilege} on ${on} ${name}`);
    }
  }
  if (roles.length > mostRoles) writing.push(`It inherits more than ${mostRoles} roles.`);
  if (writing.length === 0) return;
  throw new Failure(
    'CONFIG',
    'source.can_write',
    'The role can write. Give the agent one that can only read, or set acceptWritingRole.',
    { detail: writing.slice(0, mostNamed).join('\n') },
  );
}

function grantOf(
  row: Readonly<Record<string, unknown>>,
): Record<'privilege' | 'on' | 'name', string> {
  return {
    privilege: String(row['privilege']),
    on: String(row['granted_on']),
    name: String(row['name']),
  };
}

/** https://docs.snowflake.com/en/user-guide/security-access-control-privileges (read 2026-11) */
function writes(privilege: string, on: string): boolean {
  if (['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'].includes(privilege)) return true;
  if (privilege.startsWith('CREATE ')) return true;
  return privilege === 'OWNERSHIP' && on !== 'ROLE';
}
