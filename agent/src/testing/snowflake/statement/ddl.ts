import { quoteName, quoteText } from '../../../duck/duck.js';
import { existsAlready, missingObject, notCovered } from '../snowflake-error.js';
import { closingOf, isMark, isWord } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import { columnSql, createTable, creationOf, exists } from './create-table.js';
import type { Creation } from './create-table.js';
import { createIntegration, createStage } from './create-stage.js';
import { endOf } from './dml.js';
import { demand, demandAdministration, grant, objectAt, partsAt, sqlOf, wholeOf } from './names.js';
import { optionsOf } from '../sql/options.js';
import { demandReading } from './select.js';
import type { Context, Outcome } from './statement.js';
import { statusOf, succeeded, types } from './statement.js';

type Create = (context: Context, creation: Creation) => Promise<Outcome>;

const creations: Readonly<Record<string, Create>> = {
  TABLE: createTable,
  VIEW: createView,
  SCHEMA: createSchema,
  DATABASE: createDatabase,
  WAREHOUSE: createWarehouse,
  ROLE: createRole,
  USER: createUser,
  STAGE: createStage,
  'STORAGE INTEGRATION': createIntegration,
};

export async function create(context: Context): Promise<Outcome> {
  const creation = creationOf(context.tokens);
  const make = creations[creation.kind];
  if (!make) throw notCovered(`CREATE ${creation.kind}`);
  return make(context, creation);
}

async function createView(context: Context, creation: Creation): Promise<Outcome> {
  const { tokens, translation, connection } = context;
  const { object, next } = objectAt(context, creation.at);
  await demand(context, ['SCHEMA'], `${object.database}.${object.schema}`, ['CREATE VIEW']);
  if (creation.ifNotExists && (await exists(context, object)))
    return statusOf(`${object.name} already exists, statement succeeded.`);
  const columns = isMark(tokens[next], '(')
    ? translation.sqlOf(tokens.slice(next, closingOf(tokens, next) + 1))
    : '';
  const query = translation.sqlOf(tokens.slice(endOf(tokens, next, 'AS') + 1));
  await demandReading(context, query);
  await connection.run(
    `CREATE ${creation.isReplacing ? 'OR REPLACE ' : ''}VIEW ${sqlOf(object)} ${columns} AS ${query}`,
  );
  await grant(context, {
    privilege: 'OWNERSHIP',
    on: 'VIEW',
    name: wholeOf(object),
    grantee: context.session.role,
  });
  return statusOf(`View ${object.name} successfully created.`);
}

async function createSchema(context: Context, creation: Creation): Promise<Outcome> {
  const { parts } = partsAt(context.tokens, creation.at);
  const [name = '', database = context.session.database ?? ''] = parts.toReversed();
  await demand(context, ['DATABASE'], database, ['CREATE SCHEMA']);
  if (await context.account.hasSchema(database, name)) {
    if (creation.ifNotExists) return statusOf(`${name} already exists, statement succeeded.`);
    if (!creation.isReplacing) throw existsAlready(name);
    await context.connection.run(`DROP SCHEMA ${quoteName(database)}.${quoteName(name)} CASCADE`);
  }
  await context.connection.run(`CREATE SCHEMA ${quoteName(database)}.${quoteName(name)}`);
  await grant(context, {
    privilege: 'OWNERSHIP',
    on: 'SCHEMA',
    name: `${database}.${name}`,
    grantee: context.session.role,
  });
  Object.assign(context.session, { database, schema: name });
  return statusOf(`Schema ${name} successfully created.`);
}

async function createDatabase(context: Context, creation: Creation): Promise<Outcome> {
  demandAdministration(context, 'account');
  const name = context.tokens[creation.at]?.text ?? '';
  if (await context.account.hasDatabase(name)) {
    if (creation.ifNotExists) return statusOf(`${name} already exists, statement succeeded.`);
    if (!creation.isReplacing) throw existsAlready(name);
    await context.account.rows(`DETACH ${quoteName(name)}`);
  }
  await context.account.createDatabase(name);
  Object.assign(context.session, { database: name, schema: 'PUBLIC' });
  return statusOf(`Database ${name} successfully created.`);
}

async function createWarehouse(context: Context, creation: Creation): Promise<Outcome> {
  demandAdministration(context, 'account');
  const name = context.tokens[creation.at]?.text ?? '';
  context.account.warehouses.add(name);
  context.session.warehouse = name;
  return statusOf(`Warehouse ${name} successfully created.`);
}

async function createRole(context: Context, creation: Creation): Promise<Outcome> {
  demandAdministration(context, 'account');
  const name = context.tokens[creation.at]?.text ?? '';
  await context.account.rows(`INSERT OR IGNORE INTO _sf.main.ROLES VALUES (${quoteText(name)})`);
  return statusOf(`Role ${name} successfully created.`);
}

async function createUser(context: Context, creation: Creation): Promise<Outcome> {
  demandAdministration(context, 'account');
  const { tokens, account } = context;
  const name = tokens[creation.at]?.text ?? '';
  if (account.users.has(name) && !creation.isReplacing) throw existsAlready(name);
  account.users.set(name, { name, ...userOf(tokens.slice(creation.at + 1)) });
  return statusOf(`User ${name} successfully created.`);
}

function userOf(tokens: readonly Token[]): {
  password?: string;
  publicKey?: string;
  defaultRole?: string;
  defaultWarehouse?: string;
  disabled?: boolean;
} {
  const given = optionsOf(tokens);
  return {
    ...(given['PASSWORD'] !== undefined && { password: given['PASSWORD'] }),
    ...(given['DEFAULT_ROLE'] !== undefined && { defaultRole: given['DEFAULT_ROLE'] }),
    ...(given['DEFAULT_WAREHOUSE'] !== undefined && {
      defaultWarehouse: given['DEFAULT_WAREHOUSE'],
    }),
    ...(given['DISABLED'] !== undefined && { disabled: given['DISABLED'] === 'TRUE' }),
    ...(given['RSA_PUBLIC_KEY'] !== undefined && {
      publicKey: `-----BEGIN PUBLIC KEY-----\n${given['RSA_PUBLIC_KEY']}\n-----END PUBLIC KEY-----\n`,
    }),
  };
}

export async function drop(context: Context): Promise<Outcome> {
  const { tokens, account, session, connection } = context;
  const [kind, start] = isWord(tokens[1], 'STORAGE')
    ? ['INTEGRATION', 3]
    : [tokens[1]?.text ?? '', 2];
  const ifExists = isWord(tokens[start], 'IF');
  const at = ifExists ? start + 2 : start;
  const { parts } = partsAt(tokens, at);
  const name = parts.at(-1) ?? '';
  const gone = statusOf(`Drop statement executed successfully (${name} already dropped).`);
  const done = statusOf(`${name} successfully dropped.`);
  if (kind === 'TABLE' || kind === 'VIEW') {
    const { object } = objectAt(context, at);
    if (!(await exists(context, object))) {
      if (ifExists) return gone;
      throw missingObject(kind === 'TABLE' ? 'Table' : 'View', object.written);
    }
    await demand(context, ['TABLE', 'VIEW'], wholeOf(object), ['OWNERSHIP']);
    await connection.run(`DROP ${kind} ${sqlOf(object)}`);
    await account.rows(`DELETE FROM _sf.main.GRANTS WHERE NAME = ${quoteText(wholeOf(object))}`);
    return done;
  }
  if (kind === 'SCHEMA') {
    const [schema = '', database = session.database ?? ''] = parts.toReversed();
    if (!(await account.hasSchema(database, schema))) {
      if (ifExists) return gone;
      throw missingObject('Schema', parts.join('.'));
    }
    await demand(context, ['SCHEMA'], `${database}.${schema}`, ['OWNERSHIP']);
    await connection.run(`DROP SCHEMA ${quoteName(database)}.${quoteName(schema)} CASCADE`);
    if (session.schema === schema) session.schema = undefined;
    return done;
  }
  demandAdministration(context, 'account');
  return (await dropFromAccount(context, kind, name)) || ifExists
    ? done
    : Promise.reject(missingObject(titled(kind), name));
}

async function dropFromAccount(
  { account, session }: Context,
  kind: string,
  name: string,
): Promise<boolean> {
  if (kind === 'WAREHOUSE') return account.warehouses.delete(name);
  if (kind === 'USER') return account.users.delete(name);
  if (kind === 'INTEGRATION') return account.integrations.delete(name);
  if (kind === 'STAGE')
    return account.stages.delete(`${session.database}.${session.schema}.${name}`);
  if (kind === 'ROLE') {
    await account.rows(`DELETE FROM _sf.main.GRANTS WHERE GRANTEE = ${quoteText(name)}`);
    return (
      (
        await account.rows(
          `DELETE FROM _sf.main.ROLES WHERE NAME = ${quoteText(name)} RETURNING NAME`,
        )
      ).length > 0
    );
  }
  if (kind !== 'DATABASE') throw notCovered(`DROP ${kind}`);
  if (!(await account.hasDatabase(name))) return false;
  await account.rows(`DETACH ${quoteName(name)}`);
  if (session.database === name) Object.assign(session, { database: undefined, schema: undefined });
  return true;
}

const titled = (kind: string): string => kind.charAt(0) + kind.slice(1).toLowerCase();

export async function truncate(context: Context): Promise<Outcome> {
  const { tokens, connection } = context;
  const start = isWord(tokens[1], 'TABLE') ? 2 : 1;
  const ifExists = isWord(tokens[start], 'IF');
  const { object } = objectAt(context, ifExists ? start + 2 : start);
  if (ifExists && !(await exists(context, object))) return succeeded(types.ddl);
  await demand(context, ['TABLE'], wholeOf(object), ['TRUNCATE']);
  await connection.run(`DELETE FROM ${sqlOf(object)}`);
  return succeeded(types.ddl);
}

/** ALTER TABLE and COMMENT ON, as far as the tests of a source need them: changes of form. */
export async function alterTable(context: Context): Promise<Outcome> {
  const { tokens, connection, translation } = context;
  const start = isWord(tokens[2], 'IF') ? 4 : 2;
  const { object, next } = objectAt(context, start);
  await demand(context, ['TABLE'], wholeOf(object), ['OWNERSHIP']);
  const table = `ALTER TABLE ${sqlOf(object)}`;
  const rest = tokens.slice(next).filter((token) => !isWord(token, 'COLUMN', 'IF', 'EXISTS'));
  if (isWord(rest[0], 'ADD'))
    await connection.run(`${table} ADD COLUMN ${columnSql(context, rest.slice(1))}`);
  else if (isWord(rest[0], 'DROP'))
    await connection.run(`${table} DROP COLUMN ${translation.sqlOf(rest.slice(1))}`);
  else if (isWord(rest[0], 'RENAME') && isWord(rest[1], 'TO'))
    await connection.run(`${table} RENAME TO ${quoteName(rest.at(-1)?.text ?? '')}`);
  else if (isWord(rest[0], 'RENAME'))
    await connection.run(`${table} RENAME COLUMN ${translation.sqlOf(rest.slice(1))}`);
  else throw notCovered('this ALTER TABLE');
  return succeeded(types.ddl);
}

export async function comment(context: Context): Promise<Outcome> {
  const { tokens, connection } = context;
  const is = endOf(tokens, 2, 'IS');
  const { parts } = partsAt(tokens, 3);
  await connection.run(
    `COMMENT ON ${tokens[2]?.text ?? ''} ${parts.map(quoteName).join('.')} IS ${quoteText(tokens[is + 1]?.text ?? '')}`,
  );
  return succeeded(types.ddl);
}
