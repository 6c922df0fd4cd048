import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AppError } from './app-error.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What OpenID Connect calls an issuer, and what it knows us by. */
export interface OidcProvider {
  /** No slash at the end. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button on the sign-in page calls it. */
  name: string;
}

/** Everything that the control plane takes from its environment, read once. */
export class Config {
  readonly databaseUrl: string = '';
  /** The same database without a pooler in between: for notices and migrations, which need a connection to themselves. */
  readonly directDatabaseUrl: string = '';
  /** Another database whose roles are to be used; only for copies of it, as tests make them. */
  readonly rolesOfDatabase: string = '';
  /** How many connections to it this process holds at most. */
  readonly databaseConnections: number = 20;
  /** How long one statement may take, and how long it may wait for a lock. */
  readonly statementTimeoutMs: number = 30_000;
  readonly lockTimeoutMs: number = 10_000;
  readonly host: string = '127.0.0.1';
  /** 0: any free port. */
  readonly port: number = 3000;
  /** Where browsers reach it; links and cookies follow from it. No slash at the end. */
  readonly publicUrl: string = 'http://localhost:3000';
  /** Addresses and networks whose word (X-Forwarded-For) is taken for who asks; nobody's by default. */
  readonly trustedProxies: readonly string[] = [];
  /** Private networks that webhooks may reach all the same, and by http; none by default. For all workspaces. */
  readonly webhookNetworks: readonly string[] = [];
  /** Scrypt's N is 2 to this. No variable sets it: only tests, which hash much and guard nothing, take less. */
  readonly passwordCost: number = 14;
  /** Whether anybody may sign up with a workspace of their own, or only who is invited. */
  readonly signUp: 'open' | 'closed' = 'closed';
  /** An identity provider that people may sign in through; for this whole server. */
  readonly oidc: OidcProvider | undefined = undefined;
  /** `smtp://` or `smtps://`, what mail is sent by; without one it is written to `mailFolder`. */
  readonly smtpUrl: string | undefined = undefined;
  readonly mailFolder: string = '.drawbridge/mail';
  /** The sender: an address, or a name with it in angle brackets. */
  readonly mailFrom: string = 'Drawbridge <drawbridge@localhost>';
  /** Signs session cookies; 32 characters or more. */
  readonly secret: string = '';
  /** What browsers may ask of GraphQL: the documents of the UI, or, for work on a UI, any. Keys may always ask any. */
  readonly documents: 'listed' | 'any' = 'listed';
  /** Those of the UI, by their hashes, as its build writes them. */
  readonly documentsFile: string = fileURLToPath(
    new URL('../web/dist/documents.json', import.meta.url),
  );
  readonly logLevel: LogLevel = 'info';
  /** Of a collector of traces, OTLP over HTTP; without one nothing is traced. No slash at the end. */
  readonly tracesUrl: string | undefined = undefined;
  /** The share of spans that is sent, from 0 to 1. */
  readonly tracesRatio: number = 1;
  /** How often agents say that they are there. */
  readonly heartbeatMs: number = 10_000;
  /** How long a lease holds after a renewal. */
  readonly leaseMs: number = 60_000;
  /** A process that is told to stop takes at most so long for it. */
  readonly drainMs: number = 25_000;
  /** An agent that was silent for so long counts as offline. */
  readonly offlineMs: number = 45_000;

  constructor(values: Partial<Config> = {}) {
    Object.assign(this, { directDatabaseUrl: values.databaseUrl }, values);
  }
}

const postgresProtocols = ['postgres:', 'postgresql:'];

type Environment = Readonly<Record<string, string | undefined>>;

/** Tells all that is wrong at once, as AppError `config.invalid`. */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const port = wholeNumber(environment, 'PORT', { default: 3000, most: 65_535, problems });
  const milliseconds = (name: string, value: number): number =>
    wholeNumber(environment, name, { default: value, most: 86_400_000, problems });
  const config = new Config({
    databaseUrl: address(environment, 'DATABASE_URL', postgresProtocols, problems),
    ...(environment['DRAWBRIDGE_DIRECT_DATABASE_URL'] && {
      directDatabaseUrl: address(
        environment,
        'DRAWBRIDGE_DIRECT_DATABASE_URL',
        postgresProtocols,
        problems,
      ),
    }),
    databaseConnections: wholeNumber(environment, 'DRAWBRIDGE_DATABASE_CONNECTIONS', {
      default: 20,
      most: 1_000,
      problems,
    }),
    statementTimeoutMs: milliseconds('DRAWBRIDGE_STATEMENT_TIMEOUT_MS', 30_000),
    lockTimeoutMs: milliseconds('DRAWBRIDGE_LOCK_TIMEOUT_MS', 10_000),
    host: environment['HOST'] ?? '127.0.0.1',
    port,
    publicUrl: environment['DRAWBRIDGE_PUBLIC_URL']
      ? address(environment, 'DRAWBRIDGE_PUBLIC_URL', ['http:', 'https:'], problems)
      : `http://localhost:${port}`,
    trustedProxies: networksIn(environment, 'DRAWBRIDGE_TRUSTED_PROXIES', problems),
    webhookNetworks: networksIn(environment, 'DRAWBRIDGE_WEBHOOK_NETWORKS', problems),
    signUp: wordIn(environment, 'DRAWBRIDGE_SIGN_UP', ['closed', 'open'], problems),
    documents: wordIn(environment, 'DRAWBRIDGE_DOCUMENTS', ['listed', 'any'], problems),
    ...oidcIn(environment, problems),
    ...mailIn(environment, problems),
    secret: secretIn(environment, problems),
    logLevel: levelIn(environment, problems),
    tracesRatio: ratioIn(environment, 'OTEL_TRACES_SAMPLER_ARG', problems),
    ...(environment['OTEL_EXPORTER_OTLP_ENDPOINT'] && {
      tracesUrl: address(environment, 'OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:'], problems),
    }),
    heartbeatMs: milliseconds('DRAWBRIDGE_HEARTBEAT_MS', 10_000),
    leaseMs: milliseconds('DRAWBRIDGE_LEASE_MS', 60_000),
    offlineMs: milliseconds('DRAWBRIDGE_OFFLINE_MS', 45_000),
    drainMs:
      1_000 *
      wholeNumber(environment, 'DRAWBRIDGE_DRAIN_SECONDS', { default: 25, most: 3_600, problems }),
  });
  if (config.leaseMs < 2 * config.heartbeatMs)
    problems.push('DRAWBRIDGE_LEASE_MS must be at least twice DRAWBRIDGE_HEARTBEAT_MS.');
  if (config.databaseConnections < 2)
    problems.push('DRAWBRIDGE_DATABASE_CONNECTIONS must be at least 2.');
  if (problems.length > 0) throw new AppError('config.invalid', problems.join('\n'));
  return config;
}

function wholeNumber(
  environment: Environment,
  name: string,
  bounds: { default: number; most: number; problems: string[] },
): number {
  const text = environment[name];
  if (text === undefined || text === '') return bounds.default;
  if (/^\d{1,9}$/.test(text) && Number(text) <= bounds.most) return Number(text);
  bounds.problems.push(`${name} must be a whole number of at most ${bounds.most}.`);
  return bounds.default;
}

/** The value itself is not repeated: a database's address may hold its password. */
function address(
  environment: Environment,
  name: string,
  protocols: readonly string[],
  problems: string[],
): string {
  const text = environment[name] ?? '';
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (!protocols.includes(protocol))
    problems.push(`${name} must be an address that begins with ${protocols.join('// or ')}//.`);
  return text.replace(/\/+$/, '');
}

function ratioIn(environment: Environment, name: string, problems: string[]): number {
  const ratio = Number(environment[name] || 1);
  if (ratio >= 0 && ratio <= 1) return ratio;
  problems.push(`${name} must be a number from 0 to 1.`);
  return 1;
}

function networksIn(environment: Environment, name: string, problems: string[]): string[] {
  const text = environment[name] ?? '';
  const networks = text.split(',').flatMap((part) => part.trim() || []);
  if (!networks.every(isNetwork))
    problems.push(
      `${name} must be addresses or networks with commas between them, such as 10.0.0.7,10.1.0.0/16.`,
    );
  return networks;
}

function isNetwork(text: string): boolean {
  const [ip = '', bits, ...rest] = text.split('/');
  const version = isIP(ip);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** One of a few words; the first is what it is without the variable. */
function wordIn<Word extends string>(
  environment: Environment,
  name: string,
  words: readonly [Word, ...Word[]],
  problems: string[],
): Word {
  const text = environment[name] || words[0];
  const word = words.find((candidate) => candidate === text);
  if (!word) problems.push(`${name} must be ${words.join(' or ')}.`);
  return word ?? words[0];
}

function oidcIn(environment: Environment, problems: string[]): Partial<Config> {
  const clientId = environment['DRAWBRIDGE_OIDC_CLIENT_ID'] ?? '';
  const clientSecret = environment['DRAWBRIDGE_OIDC_CLIENT_SECRET'] ?? '';
  const name = environment['DRAWBRIDGE_OIDC_NAME'] || 'single sign-on';
  if (!environment['DRAWBRIDGE_OIDC_ISSUER']) return {};
  const issuer = address(environment, 'DRAWBRIDGE_OIDC_ISSUER', ['https:', 'http:'], problems);
  if (issuer.startsWith('http:') && !/^http:\/\/(localhost|127\.0\.0\.1)(:|\/|$)/.test(issuer))
    problems.push('DRAWBRIDGE_OIDC_ISSUER must be an https:// address.');
  if (!clientId || !clientSecret)
    problems.push(
      'DRAWBRIDGE_OIDC_CLIENT_ID and DRAWBRIDGE_OIDC_CLIENT_SECRET must say what the issuer knows us by.',
    );
  return { oidc: { issuer, clientId, clientSecret, name } };
}

function mailIn(environment: Environment, problems: string[]): Partial<Config> {
  const from = environment['DRAWBRIDGE_MAIL_FROM'];
  const folder = environment['DRAWBRIDGE_MAIL_FOLDER'];
  if (from && !/^([^<>\p{Cc}]+ <[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/u.test(from))
    problems.push(
      'DRAWBRIDGE_MAIL_FROM must be an address or a name with one: Drawbridge <drawbridge@example.com>.',
    );
  const url =
    environment['DRAWBRIDGE_SMTP_URL'] &&
    address(environment, 'DRAWBRIDGE_SMTP_URL', ['smtp:', 'smtps:'], problems);
  if (url && !from)
    problems.push('DRAWBRIDGE_MAIL_FROM must say who sends the mail: drawbridge@example.com.');
  return {
    ...(url && { smtpUrl: url }),
    ...(folder && { mailFolder: folder }),
    ...(from && { mailFrom: from }),
  };
}

function secretIn(environment: Environment, problems: string[]): string {
  const secret = environment['DRAWBRIDGE_SECRET'] ?? '';
  if (secret.length < 32)
    problems.push(
      'DRAWBRIDGE_SECRET must have 32 characters or more. Make one with: openssl rand -base64 32',
    );
  return secret;
}

function levelIn(environment: Environment, problems: string[]): LogLevel {
  const wanted = environment['LOG_LEVEL'] ?? 'info';
  const level = logLevels.find((candidate) => candidate === wanted);
  if (!level) problems.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}.`);
  return level ?? 'info';
}

/** For the script that writes migrations; it needs nothing else. */
export function scratchUrl(environment: Environment = process.env): string {
  const url = environment['DATABASE_URL'];
  if (!url)
    throw new AppError('config.invalid', 'DATABASE_URL must name an empty scratch database.');
  return url;
}
