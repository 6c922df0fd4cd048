import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readCrash } from './crash-point.js';
import type { Crash } from './crash-point.js';
import { Failure } from './failure.js';
import type { GivenPolicy } from './policy/policy.js';
import { readPolicyFile } from './policy/policy-file.js';
import type { ProxySettings } from './proxy.js';
import type { Cluster, SecretEntry } from './session/identity-secret.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export type IdentityPlace =
  { kind: 'file'; file: string } | { kind: 'secret'; place: SecretEntry; cluster: Cluster };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Absolute paths; they need not exist. */
export interface OwnPlaces {
  files: readonly string[];
  folders: readonly string[];
}

/** Everything that the agent takes from its environment, read once. */
export interface Config {
  /** The control plane's door for agents, `ws://…/agent` or `wss://…/agent`. */
  url: string;
  /** Single-use, tried in turn; only the first start needs one. */
  enrollmentTokens: readonly string[];
  /** Holds the private key; read and written by the agent alone. */
  identity: IdentityPlace;
  bucket: {
    bucket: string;
    /** Without slashes at its ends; may be empty. */
    prefix: string;
    endpoint?: string;
    region?: string;
  };
  workDir: string;
  cacheDir: string;
  /** For all runs together; each of them gets an equal share. */
  memoryMiB: number;
  /** Jobs at once, 1 to 64. */
  concurrency: number;
  /** How long a drain may take; whoever kills the agent must wait longer. */
  drainMs: number;
  /** Undefined: no probes and no metrics. */
  metricsPort: number | undefined;
  logLevel: LogLevel;
  /** Reference of the secret that rows are hashed with, where a sync keeps no values. */
  hashKey: string | undefined;
  /** False: the agent never tells names of tables, columns or objects. */
  isDiscoveryOn: boolean;
  /** Where `env:NAME` secrets are looked up. */
  environment: Environment;
  /** What the agent itself is trusted by: the bucket, the cluster and the control plane. No secret may point there. */
  ownPlaces: OwnPlaces;
  /** What the customer allows; undefined: everything that the control plane asks for. */
  policy: GivenPolicy | undefined;
  /** The forward proxy that the environment names; undefined without one. */
  proxy: ProxySettings | undefined;
  /** Authorities that Node.js trusts beside its own. */
  caFile: string | undefined;
  /** Where this process is killed; for tests of what a crash leaves behind. */
  crash: Crash | undefined;
}

/** Tells all that is wrong at once, as CONFIG `config.invalid`. */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const reader = new Reader(environment, problems);
  const workDir = resolve(reader.text('DRAWBRIDGE_WORK_DIR') ?? join(tmpdir(), 'drawbridge-agent'));
  const identity = identityIn(reader);
  const config: Config = {
    url: urlIn(reader),
    enrollmentTokens: tokensIn(reader),
    identity,
    bucket: bucketIn(reader),
    workDir,
    cacheDir: resolve(reader.text('DRAWBRIDGE_CACHE_DIR') ?? join(workDir, 'cache')),
    memoryMiB: reader.number('DRAWBRIDGE_MEMORY_MIB', { least: 256, most: 1_048_576 }) ?? 2048,
    concurrency: reader.number('DRAWBRIDGE_CONCURRENCY', { least: 1, most: 64 }) ?? 4,
    drainMs: 1_000 * (reader.number('DRAWBRIDGE_DRAIN_SECONDS', { least: 1, most: 86_400 }) ?? 25),
    metricsPort: reader.number('DRAWBRIDGE_METRICS_PORT', { least: 0, most: 65_535 }),
    logLevel: levelIn(reader),
    hashKey: hashKeyIn(reader),
    isDiscoveryOn: discoveryIn(reader),
    environment,
    ownPlaces: ownPlacesIn(reader, identity),
    policy: policyIn(reader),
    proxy: proxyIn(reader),
    caFile: reader.text('NODE_EXTRA_CA_CERTS'),
    crash: crashIn(reader),
  };
  if (problems.length > 0) throw new Failure('CONFIG', 'config.invalid', problems.join('\n'));
  return config;
}

class Reader {
  constructor(
    private readonly environment: Environment,
    readonly problems: string[],
  ) {}

  /** An empty variable counts as none. */
  text(name: string): string | undefined {
    return this.environment[name] || undefined;
  }

  number(name: string, bounds: { least: number; most: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= bounds.least && value <= bounds.most) return value;
    this.problems.push(`${name} must be a whole number from ${bounds.least} to ${bounds.most}.`);
    return undefined;
  }
}

// No message repeats a value: a person may have put a secret into the wrong variable.

function urlIn(reader: Reader): string {
  const value = reader.text('DRAWBRIDGE_URL') ?? '';
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['ws:', 'wss:'].includes(url.protocol) || url.username || url.search || url.hash) {
    reader.problems.push('DRAWBRIDGE_URL must be the control plane’s address, wss://host.');
    return '';
  }
  if (url.protocol === 'ws:' && !isThisMachine(url.hostname))
    reader.problems.push(
      'DRAWBRIDGE_URL must begin with wss:// beyond this machine: over ws:// others could read it and answer.',
    );
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}/agent`;
}

/** By its own names only: what a resolver says may change. */
const isThisMachine = (hostname: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** Spaces, commas or lines between them. */
function tokensIn(reader: Reader): string[] {
  const text = reader.text('DRAWBRIDGE_ENROLLMENT_TOKEN') ?? tokenFileIn(reader);
  const tokens = text.split(/[\s,]+/).filter((token) => token !== '');
  if (tokens.every((token) => /^dbe_[A-Za-z0-9_-]{43}$/.test(token))) return tokens;
  reader.problems.push(
    'DRAWBRIDGE_ENROLLMENT_TOKEN is no enrolment token. Make one with `drawbridge enroll-token`.',
  );
  return [];
}

/** Whoever is enrolled needs no token any more, so the file may be gone. */
function tokenFileIn(reader: Reader): string {
  const file = reader.text('DRAWBRIDGE_ENROLLMENT_TOKEN_FILE');
  if (file === undefined) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      reader.problems.push('The file that DRAWBRIDGE_ENROLLMENT_TOKEN_FILE names can not be read.');
    return '';
  }
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

function identityIn(reader: Reader): IdentityPlace {
  const place = reader.text('DRAWBRIDGE_IDENTITY') ?? '';
  if (/^file:./.test(place)) return { kind: 'file', file: resolve(place.slice('file:'.length)) };
  const [, namespace, name, entry = 'identity'] =
    /^k8s-secret:([a-z0-9-]+)\/([a-z0-9.-]+)(?:\/([\w.-]+))?$/.exec(place) ?? [];
  if (namespace && name) {
    const cluster = clusterIn(reader);
    return { kind: 'secret', place: { namespace, name, entry }, cluster };
  }
  reader.problems.push(
    'DRAWBRIDGE_IDENTITY must say where the agent keeps its key, as file:PATH or k8s-secret:NAMESPACE/NAME.',
  );
  return { kind: 'file', file: '' };
}

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ (read 2026-11) */
function clusterIn(reader: Reader): Cluster {
  const host = reader.text('KUBERNETES_SERVICE_HOST') ?? '';
  const port = reader.number('KUBERNETES_SERVICE_PORT', { least: 1, most: 65_535 }) ?? 443;
  if (host === '')
    reader.problems.push(
      'DRAWBRIDGE_IDENTITY names a Kubernetes Secret, and KUBERNETES_SERVICE_HOST, which every pod has, is not set. Outside a cluster, use file:PATH.',
    );
  return { host, port, folder: serviceAccountFolder };
}

function hashKeyIn(reader: Reader): string | undefined {
  const reference = reader.text('DRAWBRIDGE_HASH_KEY');
  if (reference === undefined || /^(env:.|file:\/.)/.test(reference)) return reference;
  reader.problems.push(
    'DRAWBRIDGE_HASH_KEY must say where the key is, as env:NAME or file:/path; the key itself has no place here.',
  );
  return undefined;
}

/** Wherever the AWS SDK's chain of credentials and Kubernetes keep what the agent signs in with. */
function ownPlacesIn(reader: Reader, identity: IdentityPlace): OwnPlaces {
  const named = [
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_CONFIG_FILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'DRAWBRIDGE_ENROLLMENT_TOKEN_FILE',
  ].flatMap((name) => reader.text(name) ?? []);
  const homes = [reader.text('HOME') ?? [], homedir()].flat();
  return {
    files: [identity.kind === 'file' ? identity.file : '', ...named]
      .filter((file) => file !== '')
      .map((file) => resolve(file)),
    folders: [
      ...homes.map((home) => resolve(home, '.aws')),
      ...[reader.text('AWS_LOGIN_CACHE_DIRECTORY') ?? []].flat().map((folder) => resolve(folder)),
      '/var/run/secrets/kubernetes.io',
      '/var/run/secrets/eks.amazonaws.com',
      '/var/run/secrets/pods.eks.amazonaws.com',
    ],
  };
}

function bucketIn(reader: Reader): Config['bucket'] {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(
    reader.text('DRAWBRIDGE_BUCKET') ?? '',
  );
  if (!match) reader.problems.push('DRAWBRIDGE_BUCKET must be s3://bucket/prefix.');
  const endpoint = reader.text('AWS_ENDPOINT_URL_S3');
  if (endpoint !== undefined && !isHttp(endpoint))
    reader.problems.push('AWS_ENDPOINT_URL_S3 must begin with https:// or http://.');
  const region = reader.text('AWS_REGION');
  return {
    bucket: match?.[1] ?? '',
    prefix: (match?.[2] ?? '').replace(/^\/+|\/+$/g, ''),
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
  };
}

function isHttp(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

/** What is neither on nor off was meant to switch something; guessing could tell what should stay. */
function discoveryIn(reader: Reader): boolean {
  const value = reader.text('DRAWBRIDGE_DISCOVERY') ?? 'on';
  if (!['on', 'off'].includes(value))
    reader.problems.push('DRAWBRIDGE_DISCOVERY must be on or off.');
  return value === 'on';
}

/** One that is named and is not good keeps the agent from starting: somebody relies on it. */
function policyIn(reader: Reader): GivenPolicy | undefined {
  const file = reader.text('DRAWBRIDGE_POLICY');
  if (file === undefined) return undefined;
  const { given, problems } = readPolicyFile(file);
  reader.problems.push(...problems);
  return given;
}

/** In lower case first, as everywhere. https://nodejs.org/api/http.html#built-in-proxy-support (read 2026-11) */
function proxyIn(reader: Reader): ProxySettings | undefined {
  const either = (name: string): string | undefined =>
    reader.text(name.toLowerCase()) ?? reader.text(name);
  const url = either('HTTPS_PROXY');
  if (url === undefined) return undefined;
  if (!isHttp(url))
    reader.problems.push(
      'HTTPS_PROXY must be the proxy’s address, http://[user:password@]host:port.',
    );
  const isUsed = reader.text('NODE_USE_ENV_PROXY') === '1';
  return { url, except: either('NO_PROXY') ?? '', isUsed };
}

function crashIn(reader: Reader): Crash | undefined {
  const value = reader.text('DRAWBRIDGE_CRASH_POINT');
  const crash = value === undefined ? undefined : readCrash(value);
  if (value !== undefined && !crash)
    reader.problems.push('DRAWBRIDGE_CRASH_POINT, which is for tests, names no crash point.');
  return crash;
}

function levelIn(reader: Reader): LogLevel {
  const value = reader.text('LOG_LEVEL') ?? 'info';
  const level = logLevels.find((name) => name === value);
  if (!level) reader.problems.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}.`);
  return level ?? 'info';
}
