import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import type { Account, User } from './account.js';
import { Session } from './session.js';
import type { Sessions } from './session.js';
import { SnowflakeError } from './snowflake-error.js';
import { mayTake } from './statement/session-statement.js';

export interface LoginBody {
  ACCOUNT_NAME?: string;
  LOGIN_NAME?: string;
  PASSWORD?: string;
  AUTHENTICATOR?: string;
  TOKEN?: string;
  SESSION_PARAMETERS?: Record<string, unknown>;
}

/** Where the session is to stand, from the address. */
export interface Wanted {
  warehouse: string | null;
  database: string | null;
  schema: string | null;
  role: string | null;
}

const refused = (code: string, message: string): SnowflakeError =>
  new SnowflakeError(code, '08001', message);
const wrongPassword = (): SnowflakeError =>
  refused('390100', 'Incorrect username or password was specified.');

/** Makes a session, or says as Snowflake does why not. */
export async function signIn(
  {
    account,
    sessions,
    validity,
  }: { account: Account; sessions: Sessions; validity: Session['validity'] },
  body: LoginBody,
  wanted: Wanted,
): Promise<Session> {
  const user = userOf(account, body);
  if (user.disabled)
    throw refused('390101', 'User access disabled. Contact your local system administrator.');
  const session = new Session(user.name, user.defaultRole ?? 'PUBLIC', validity);
  await stand({ account, session }, user, wanted);
  for (const [name, value] of Object.entries(body.SESSION_PARAMETERS ?? {}))
    session.parameters.set(name.toUpperCase(), String(value));
  sessions.all.add(session);
  return session;
}

function userOf(account: Account, body: LoginBody): User {
  const authenticator = (body.AUTHENTICATOR ?? 'SNOWFLAKE').toUpperCase();
  const user = account.users.get((body.LOGIN_NAME ?? '').toUpperCase());
  if (authenticator === 'SNOWFLAKE_JWT') return byKey(account, user, body.TOKEN ?? '');
  if (authenticator === 'OAUTH' || authenticator === 'PROGRAMMATIC_ACCESS_TOKEN') {
    const owner = [...account.users.values()].find(({ tokens }) =>
      tokens?.includes(body.TOKEN ?? ''),
    );
    if (owner && (!body.LOGIN_NAME || owner === user)) return owner;
    if (authenticator === 'OAUTH')
      throw refused('390303', `Invalid OAuth access token. [${randomUUID()}]`);
    throw refused('394400', 'Programmatic access token is invalid.');
  }
  if (!user?.password || user.password !== body.PASSWORD) throw wrongPassword();
  return user;
}

/** The driver's token has its times in milliseconds, other clients' in seconds; the signature is RS256. */
function byKey(account: Account, user: User | undefined, token: string): User {
  const invalid = (): SnowflakeError =>
    refused('390144', `JWT token is invalid. [${randomUUID()}]`);
  const [head = '', claims = '', signature = ''] = token.split('.');
  if (!user?.publicKey) throw invalid();
  const key = createPublicKey(user.publicKey);
  const fingerprint = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  try {
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string };
    const { iss, sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
      iss: string;
      sub: string;
      exp: number;
    };
    const name = `${account.name}.${user.name}`.toUpperCase();
    const endsAt = exp > 1e11 ? exp : exp * 1000;
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    if (
      alg === 'RS256' &&
      iss === `${name}.SHA256:${fingerprint}` &&
      sub === name &&
      endsAt > Date.now() &&
      isSigned
    )
      return user;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid();
}

/**
 * A role that the user has not been given is refused; a warehouse, database or schema that does not exist, or that the role
 * must not use, is left out, and the session stands nowhere.
 */
async function stand(
  { account, session }: { account: Account; session: Session },
  user: User,
  wanted: Wanted,
): Promise<void> {
  if (wanted.role !== null) {
    const role = folded(wanted.role);
    if (!(await mayTake({ account, session }, role)))
      throw refused(
        '390189',
        `Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
      );
    session.role = role;
  }
  const warehouse = wanted.warehouse === null ? user.defaultWarehouse : folded(wanted.warehouse);
  if (
    warehouse !== undefined &&
    account.warehouses.has(warehouse) &&
    (await account.mayUse(session.role, 'WAREHOUSE', warehouse))
  )
    session.warehouse = warehouse;
  if (wanted.database === null) return;
  const database = folded(wanted.database);
  if (
    !(await account.hasDatabase(database)) ||
    !(await account.mayUse(session.role, 'DATABASE', database))
  )
    return;
  session.database = database;
  const schema = wanted.schema === null ? 'PUBLIC' : folded(wanted.schema);
  if (
    (await account.hasSchema(database, schema)) &&
    (await account.mayUse(session.role, 'SCHEMA', `${database}.${schema}`))
  )
    session.schema = schema;
}

/** Names in an address are folded as in SQL. */
const folded = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
