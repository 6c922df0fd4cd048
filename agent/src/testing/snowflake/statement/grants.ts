import { quoteText } from '../../../duck/duck.js';
import { missingObject, notCovered } from '../snowflake-error.js';
import { isWord } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import { endOf } from './dml.js';
import { demandAdministration, grant, objectOf, partsAt, wholeOf } from './names.js';
import type { Context, Outcome } from './statement.js';
import { succeeded, types } from './statement.js';

interface Target {
  on: string;
  names: string[];
}

/** GRANT and REVOKE: a role to a role or user, or privileges on one thing or on all of a schema or database. */
export async function changeGrants(context: Context): Promise<Outcome> {
  demandAdministration(context, 'account');
  const { tokens } = context;
  const isGrant = isWord(tokens[0], 'GRANT');
  const to = endOf(tokens, 1, isGrant ? 'TO' : 'FROM');
  const hasKind = isWord(tokens[to + 1], 'ROLE', 'USER');
  const grantee = tokens[to + (hasKind ? 2 : 1)]?.text ?? '';
  const granteeKind = isWord(tokens[to + 1], 'USER') ? 'USER' : 'ROLE';
  await demandGrantee(context, granteeKind, grantee);
  const on = endOf(tokens, 1, 'ON');
  const { privileges, target } =
    on < to
      ? {
          privileges: privilegesOf(tokens.slice(1, on)),
          target: await targetOf(context, on + 1, to),
        }
      : { privileges: ['USAGE'], target: { on: 'ROLE', names: [tokens[2]?.text ?? ''] } };
  for (const name of target.names)
    for (const privilege of privileges)
      if (isGrant)
        await grant(context, { privilege, on: target.on, name, grantee, to: granteeKind });
      else
        await context.account.rows(
          `DELETE FROM _sf.main.GRANTS WHERE GRANTED_ON = ${quoteText(target.on)} AND NAME = ${quoteText(name)} AND GRANTEE = ${quoteText(grantee)} AND PRIVILEGE = ${quoteText(privilege)}`,
        );
  return succeeded(types.ddl);
}

async function demandGrantee({ account }: Context, kind: string, name: string): Promise<void> {
  const isKnown =
    kind === 'USER'
      ? account.users.has(name)
      : (await account.rows(`SELECT 1 FROM _sf.main.ROLES WHERE NAME = ${quoteText(name)}`))
          .length > 0;
  if (!isKnown) throw missingObject(kind === 'USER' ? 'User' : 'Role', name);
}

const tablePrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES'];

function privilegesOf(tokens: readonly Token[]): string[] {
  const privileges = tokens
    .map(({ text }) => text)
    .join(' ')
    .split(' , ');
  return privileges[0]?.startsWith('ALL') ? tablePrivileges : privileges;
}

async function targetOf(context: Context, at: number, end: number): Promise<Target> {
  const { tokens, account, session } = context;
  if (isWord(tokens[at], 'ACCOUNT')) return { on: 'ACCOUNT', names: [account.name] };
  if (isWord(tokens[at], 'FUTURE')) throw notCovered('grants on future objects');
  if (!isWord(tokens[at], 'ALL')) {
    const on = tokens[at]?.text ?? '';
    const { parts } = partsAt(tokens, at + 1);
    if (on === 'TABLE' || on === 'VIEW' || on === 'STAGE')
      return { on, names: [wholeOf(objectOf(context, parts))] };
    if (on === 'SCHEMA')
      return {
        on,
        names: [[...(parts.length === 1 ? [session.database] : []), ...parts].join('.')],
      };
    return { on, names: [parts.join('.')] };
  }
  const on = (tokens[at + 1]?.text ?? '').replace(/S$/, '');
  const within = partsAt(tokens, endOf(tokens, at, 'IN') + 2).parts;
  const isSchema = isWord(tokens[endOf(tokens, at, 'IN') + 1], 'SCHEMA');
  const [database = '', schema] =
    isSchema && within.length === 1 ? [session.database ?? '', within[0]] : within;
  const things =
    on === 'SCHEMA'
      ? `SELECT database_name || '.' || schema_name FROM duckdb_schemas() WHERE schema_name NOT IN ('main', 'information_schema', 'pg_catalog')`
      : `SELECT database_name || '.' || schema_name || '.' || ${on.toLowerCase()}_name FROM duckdb_${on.toLowerCase()}s() WHERE true`;
  const rows = await account.rows(
    `${things} AND database_name = ${quoteText(database)} ${schema === undefined || end < at ? '' : `AND schema_name = ${quoteText(schema)}`}`,
  );
  return { on, names: rows.map(([name]) => String(name)) };
}
