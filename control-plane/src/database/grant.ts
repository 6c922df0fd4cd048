import pg from 'pg';
import { AppError } from '../app-error.js';
import { readTenancy } from './migration-files.js';
import { connect, whileLocked } from './migration-lock.js';
import {
  databaseRoles,
  isPooled,
  limitsOf,
  nameOfRole,
  urlOfRole,
  verifierOfRole,
  type DatabaseRole,
  type RoleConfig,
} from './role.js';

/** Makes the two roles, as far as they are missing, and gives them what prisma/tenancy.sql says. After the migrations. */
export async function grantRoles(config: RoleConfig): Promise<void> {
  const script = await readTenancy();
  await whileLocked(config.directDatabaseUrl, async () => {
    const owner = await connect(config.directDatabaseUrl);
    try {
      for (const role of databaseRoles) await ensureRole(owner, config, role);
      await assertHarmless(owner, config);
      await owner.query(`begin; ${rolesNamed(config)}; ${script}; commit`);
    } finally {
      await owner.end();
    }
  });
  for (const role of databaseRoles) await assertLetIn(config, role);
}

/** For the script that follows in the same transaction. */
const rolesNamed = (config: RoleConfig): string =>
  databaseRoles
    .map((role) => `set local drawbridge.${role}_role = '${nameOfRole(config, role)}'`)
    .join('; ');

/** What somebody who may make roles runs when the owner of the database may not. */
export const rolesAsSql = (config: RoleConfig): string =>
  databaseRoles
    .flatMap((role) => [
      `create role ${nameOfRole(config, role)} login password '${verifierOfRole(config, role)}';`,
      ...limitsAsSql(config, role),
    ])
    .join('\n');

const limitsAsSql = (config: RoleConfig, role: DatabaseRole): string[] =>
  Object.entries(isPooled(config) ? limitsOf(config) : {}).map(
    ([name, ms]) => `alter role ${nameOfRole(config, role)} set ${name} = ${ms};`,
  );

/** Lines for a pooler's list of users, as PgBouncer's auth_file has them. */
export const rolesForPooler = (config: RoleConfig): string =>
  databaseRoles
    .map((role) => `"${nameOfRole(config, role)}" "${verifierOfRole(config, role)}"`)
    .join('\n');

const insufficientPrivilege = '42501';

async function ensureRole(owner: pg.Client, config: RoleConfig, role: DatabaseRole): Promise<void> {
  const name = nameOfRole(config, role);
  const password = `password '${verifierOfRole(config, role)}'`;
  const found = await owner.query('select from pg_roles where rolname = $1', [name]);
  const verb = found.rowCount === 0 ? 'create role' : 'alter role';
  try {
    await owner.query(`${verb} ${name} login ${password}`);
    await owner.query(limitsAsSql(config, role).join(' '));
  } catch (error) {
    if ((error as { code?: string }).code !== insufficientPrivilege) throw error;
    // Somebody else made it, and sees to its password; whether it is let in shows below.
    if (verb === 'alter role') return;
    throw new AppError(
      'database.no_roles',
      `The user of DATABASE_URL may not make the role ${name}. ${advice}`,
      { cause: error },
    );
  }
}

const advice =
  'Run "drawbridge-control-plane roles" and give what it prints to somebody who may make roles, then start again.';

/** A role that was made by hand may be too mighty for any policy to hold it. */
async function assertHarmless(owner: pg.Client, config: RoleConfig): Promise<void> {
  const names = databaseRoles.map((role) => nameOfRole(config, role));
  const { rows } = await owner.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname = any($1)
      and (rolsuper or rolbypassrls or rolcreaterole or pg_has_role(oid, current_user, 'member'))`,
    [names],
  );
  if (rows.length === 0) return;
  throw new AppError(
    'database.mighty_role',
    `The role ${rows.map(({ name }) => name).join(', ')} may get around row-level security. Take superuser, bypassrls, createrole and membership in the owner from it.`,
  );
}

async function assertLetIn(config: RoleConfig, role: DatabaseRole): Promise<void> {
  const client = new pg.Client({ connectionString: urlOfRole(config, role) });
  try {
    await client.connect();
  } catch (error) {
    throw new AppError(
      'database.role_refused',
      `The database, or the pooler in front of it, does not let the role ${nameOfRole(config, role)} in. ${advice}`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}
