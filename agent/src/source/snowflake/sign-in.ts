import { createPrivateKey } from 'node:crypto';
import type { SecretsOf, SettingsOf } from '../../connector/field.js';
import type { SourceQuery } from '../../connector/source.js';
import { Failure } from '../../failure.js';
import type { SignIn } from './driver/protocol.js';

/** How to reach the account and as whom. */
export const accountSettings = {
  account: {
    type: 'text',
    label: 'Account',
    help: 'Organization and account, as in https://ORGANIZATION-ACCOUNT.snowflakecomputing.com.',
    required: true,
    example: 'acme-reporting',
  },
  url: {
    type: 'text',
    label: 'Address',
    help: 'Only for private links and other domains; otherwise the account’s own.',
  },
  user: { type: 'text', label: 'User', required: true },
  signIn: {
    type: 'choice',
    label: 'Sign-in',
    choices: ['key-pair', 'password', 'oauth'],
    default: 'key-pair',
  },
  warehouse: { type: 'text', label: 'Warehouse', help: 'The user’s default unless given.' },
  role: { type: 'text', label: 'Role', help: 'The user’s default unless given.' },
  database: { type: 'text', label: 'Database' },
  schema: { type: 'text', label: 'Schema' },
} as const;

export const accountSecrets = {
  privateKey: {
    type: 'text',
    label: 'Private key',
    help: 'PEM; may be encrypted.',
    required: true,
    when: { field: 'signIn', is: ['key-pair'] },
  },
  passphrase: {
    type: 'text',
    label: 'Passphrase of the private key',
    when: { field: 'signIn', is: ['key-pair'] },
  },
  password: {
    type: 'text',
    label: 'Password',
    required: true,
    when: { field: 'signIn', is: ['password'] },
  },
  token: {
    type: 'text',
    label: 'OAuth token',
    required: true,
    when: { field: 'signIn', is: ['oauth'] },
  },
} as const;

export type Account = SettingsOf<typeof accountSettings> & SecretsOf<typeof accountSecrets>;

/** What the driver signs in with. Throws CONFIG `source.auth_failed` for a key that can't be read. */
export function signInOf(account: Account, tag?: SourceQuery['tag']): SignIn {
  const { user, warehouse, role, database, schema } = account;
  return {
    account: account.account,
    accessUrl: accessUrlOf(account),
    username: user,
    ...(warehouse !== undefined && { warehouse }),
    ...(role !== undefined && { role }),
    ...(database !== undefined && { database }),
    ...(schema !== undefined && { schema }),
    ...credentialsOf(account),
    queryTag: JSON.stringify({ app: 'drawbridge', ...tag }),
  };
}

export function accessUrlOf({ account, url }: SettingsOf<typeof accountSettings>): string {
  return url ?? `https://${hostPart(account)}.snowflakecomputing.com`;
}

/** A host's name has no underscore; the account's may have. */
const hostPart = (account: string): string => account.replaceAll('_', '-').toLowerCase();

function credentialsOf(account: Account): Partial<SignIn> {
  const { privateKey = '', passphrase, password = '', token = '' } = account;
  switch (account.signIn) {
    case 'key-pair':
      return { authenticator: 'SNOWFLAKE_JWT', privateKey: readKey(privateKey, passphrase) };
    case 'password':
      return { authenticator: 'SNOWFLAKE', password };
    case 'oauth':
      return { authenticator: 'OAUTH', token };
  }
}

/** The driver takes keys in one form only, and none that is encrypted. */
function readKey(pem: string, passphrase: string | undefined): string {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
    return String(key.export({ type: 'pkcs8', format: 'pem' }));
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'source.auth_failed',
      'The private key can not be read: it is no PEM, or the passphrase is not its own.',
      { cause },
    );
  }
}
