import { quoteText } from '../../../duck/duck.js';
import { SnowflakeError, missingObject, notCovered } from '../snowflake-error.js';
import { isMark, isWord } from '../sql/tokens.js';
import { optionsOf } from '../sql/options.js';
import { alterTable } from './ddl.js';
import { demand, demandAdministration, partsAt } from './names.js';
import type { Context, Outcome } from './statement.js';
import { succeeded, types } from './statement.js';

export async function use(context: Context): Promise<Outcome> {
  const { tokens, session, account } = context;
  if (isWord(tokens[1], 'SECONDARY')) {
    if (!isWord(tokens[3], 'ALL', 'NONE')) throw notCovered('USE SECONDARY ROLES by name');
    session.secondaryRoles = tokens[3]?.text === 'NONE' ? 'NONE' : 'ALL';
    return succeeded(types.session);
  }
  const hasKind = isWord(tokens[1], 'ROLE', 'WAREHOUSE', 'DATABASE', 'SCHEMA');
  const { parts } = partsAt(tokens, hasKind ? 2 : 1);
  const [name = ''] = parts;
  switch (hasKind ? tokens[1]?.text : parts.length > 1 ? 'SCHEMA' : 'DATABASE') {
    case 'ROLE':
      if (!(await mayTake(context, name)))
        throw new SnowflakeError(
          '003013',
          '42501',
          `SQL access control error:\nRequested role '${name}' is not assigned to the executing user. Specify another role to activate.`,
        );
      session.role = name;
      break;
    case 'WAREHOUSE':
      if (!account.warehouses.has(name)) throw missing('USE WAREHOUSE');
      await demand(context, ['WAREHOUSE'], name, ['USAGE', 'OPERATE']);
      session.warehouse = name;
      break;
    case 'DATABASE':
      if (!(await account.hasDatabase(name))) throw missing('USE DATABASE');
      await demand(context, ['DATABASE'], name, ['USAGE']);
      session.database = name;
      session.schema = (await account.hasSchema(name, 'PUBLIC')) ? 'PUBLIC' : undefined;
      break;
    default: {
      const [schema = '', database = session.database ?? ''] = parts.toReversed();
      if (!(await account.hasSchema(database, schema))) throw missing('USE SCHEMA');
      await demand(context, ['SCHEMA'], `${database}.${schema}`, ['USAGE']);
      Object.assign(session, { database, schema });
    }
  }
  return succeeded(types.session);
}

const missing = (_what: string): SnowflakeError =>
  new SnowflakeError(
    '002043',
    '02000',
    'SQL compilation error:\nObject does not exist, or operation cannot be performed.',
  );

/** Whether a user has been given a role; ACCOUNTADMIN's users are those whose default it is. */
export async function mayTake(
  { account, session }: Pick<Context, 'account' | 'session'>,
  role: string,
): Promise<boolean> {
  const known = await account.rows(`SELECT 1 FROM _sf.main.ROLES WHERE NAME = ${quoteText(role)}`);
  if (known.length === 0) return false;
  const user = account.users.get(session.user);
  if (role === 'PUBLIC' || user?.defaultRole === role || user?.defaultRole === 'ACCOUNTADMIN')
    return true;
  const given = await account.rows(
    `SELECT 1 FROM _sf.main.GRANTS WHERE GRANTED_ON = 'ROLE' AND GRANTED_TO = 'USER' AND GRANTEE = ${quoteText(session.user)} AND list_contains(_sf.main.ROLES_OF(NAME), ${quoteText(role)})`,
  );
  return given.length > 0;
}

export async function alter(context: Context): Promise<Outcome> {
  const { tokens, session, account } = context;
  if (isWord(tokens[1], 'TABLE')) return alterTable(context);
  if (isWord(tokens[1], 'SESSION')) {
    alterSession(context);
    return succeeded(types.session);
  }
  demandAdministration(context, 'account');
  const name = tokens[2]?.text ?? '';
  if (isWord(tokens[1], 'WAREHOUSE')) {
    if (!account.warehouses.has(name)) throw missing('ALTER WAREHOUSE');
    return succeeded(types.ddl);
  }
  if (!isWord(tokens[1], 'USER')) throw notCovered(`ALTER ${tokens[1]?.text ?? ''}`);
  const user = account.users.get(name);
  if (!user) throw missingObject('User', name);
  const { RSA_PUBLIC_KEY: key, DISABLED: disabled } = optionsOf(tokens.slice(3));
  if (key !== undefined)
    user.publicKey = `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----\n`;
  if (disabled !== undefined) user.disabled = disabled === 'TRUE';
  return succeeded(session.user === name ? types.session : types.ddl);
}

function alterSession({ tokens, session }: Context): void {
  const isUnset = isWord(tokens[2], 'UNSET');
  for (let at = 3; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'word' || (!isUnset && !isMark(tokens[at + 1], '='))) continue;
    if (isUnset) session.unset(token.text);
    else {
      const value = tokens[at + 2];
      session.set(
        token.text,
        value?.kind === 'word' ? value.text.toLowerCase() : (value?.text ?? ''),
      );
      at += 2;
    }
  }
}

/** SET name = expression, and UNSET. */
export async function variable(context: Context): Promise<Outcome> {
  const { tokens, session, connection, translation } = context;
  const name = tokens[1]?.text ?? '';
  if (isWord(tokens[0], 'UNSET')) session.variables.delete(name);
  else {
    const reader = await connection.runAndReadAll(
      `SELECT typeof(v), TO_VARCHAR(v) FROM (SELECT ${translation.sqlOf(tokens.slice(3))} AS v)`,
    );
    const [type, value] = reader.getRowsJS()[0] as [string, string | null];
    session.variables.set(
      name,
      value === null
        ? 'NULL'
        : type === 'VARCHAR'
          ? quoteText(value)
          : `CAST(${quoteText(value)} AS ${type})`,
    );
  }
  return succeeded(types.session);
}

export async function begin({ session, connection }: Context): Promise<Outcome> {
  if (!session.transaction) {
    await connection.run('BEGIN TRANSACTION');
    session.transaction = connection;
  }
  return succeeded(types.transaction);
}

export async function endTransaction({ session, connection, tokens }: Context): Promise<Outcome> {
  if (session.transaction) {
    await connection.run(isWord(tokens[0], 'COMMIT') ? 'COMMIT' : 'ROLLBACK');
    session.transaction = undefined;
  }
  return succeeded(types.transaction);
}
