import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from './config.js';
import { Failure } from './failure.js';

const whole = {
  DRAWBRIDGE_URL: 'wss://app.example.com/',
  DRAWBRIDGE_IDENTITY: 'file:/data/identity',
  DRAWBRIDGE_BUCKET: 's3://bucket/some/prefix/',
};

function problemsOf(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof Failure) return `${error.code}\n${error.message}`;
  }
  return '';
}

it('reads what is there and fills in the rest', () => {
  expect(readConfig({ ...whole, DRAWBRIDGE_WORK_DIR: '/work' })).toMatchObject({
    url: 'wss://app.example.com/agent',
    enrollmentTokens: [],
    identity: { kind: 'file', file: '/data/identity' },
    drainMs: 25_000,
    bucket: { bucket: 'bucket', prefix: 'some/prefix' },
    workDir: '/work',
    cacheDir: '/work/cache',
    memoryMiB: 2048,
    concurrency: 4,
    metricsPort: undefined,
    logLevel: 'info',
    isDiscoveryOn: true,
  });
  expect(readConfig({ ...whole, DRAWBRIDGE_DISCOVERY: 'off' }).isDiscoveryOn).toBe(false);
});

it('knows where the credentials are that the agent itself runs on', () => {
  const { ownPlaces } = readConfig({
    ...whole,
    HOME: '/home/agent',
    AWS_SHARED_CREDENTIALS_FILE: '/mnt/aws/credentials',
    AWS_CONFIG_FILE: 'aws.config',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/mnt/token',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/mnt/pod-token',
  });
  expect(ownPlaces.files).toEqual([
    '/data/identity',
    '/mnt/aws/credentials',
    resolve('aws.config'),
    '/mnt/token',
    '/mnt/pod-token',
  ]);
  expect(ownPlaces.folders).toEqual(
    expect.arrayContaining(['/home/agent/.aws', '/var/run/secrets/kubernetes.io']),
  );
});

const cluster = { host: '10.96.0.1', port: 443, folder: expect.stringMatching(/serviceaccount$/) };

it.each([
  [
    'k8s-secret:prod/agent-identity',
    { namespace: 'prod', name: 'agent-identity', entry: 'identity' },
  ],
  ['k8s-secret:prod/agent/agent-0', { namespace: 'prod', name: 'agent', entry: 'agent-0' }],
])('finds a Secret of its cluster in %s', (text, place) => {
  const pod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  const { identity } = readConfig({ ...whole, ...pod, DRAWBRIDGE_IDENTITY: text });
  expect(identity).toEqual({ kind: 'secret', place, cluster });
});

it('takes tokens from one variable or from a file, several with anything between', () => {
  const [one, two] = ['a', 'b'].map((letter) => `dbe_${letter.repeat(43)}`);
  const several = readConfig({ ...whole, DRAWBRIDGE_ENROLLMENT_TOKEN: `${one}, ${two}` });
  expect(several.enrollmentTokens).toEqual([one, two]);
  const folder = mkdtempSync(join(tmpdir(), 'drawbridge-tokens-'));
  const file = join(folder, 'token');
  const fromFile = { ...whole, DRAWBRIDGE_ENROLLMENT_TOKEN_FILE: file };
  expect(readConfig(fromFile).enrollmentTokens).toEqual([]);
  writeFileSync(file, `${one}\n${two}\n`);
  expect(readConfig(fromFile)).toMatchObject({ enrollmentTokens: [one, two] });
  expect(readConfig(fromFile).ownPlaces.files).toContain(file);
  rmSync(folder, { recursive: true });
});

it('tells everything that is wrong at once', () => {
  const problems = problemsOf({
    DRAWBRIDGE_URL: 'https://app.example.com',
    DRAWBRIDGE_ENROLLMENT_TOKEN: 'secret-in-the-wrong-place',
    DRAWBRIDGE_MEMORY_MIB: '12',
    DRAWBRIDGE_CONCURRENCY: '0',
    DRAWBRIDGE_METRICS_PORT: 'x',
    AWS_ENDPOINT_URL_S3: 'localhost',
    LOG_LEVEL: 'loud',
  });
  expect(problems).toContain('config.invalid');
  for (const name of ['URL', 'ENROLLMENT_TOKEN', 'IDENTITY', 'BUCKET', 'MEMORY_MIB', 'CONCURRENCY'])
    expect(problems).toContain(`DRAWBRIDGE_${name} `);
  for (const name of ['DRAWBRIDGE_METRICS_PORT', 'AWS_ENDPOINT_URL_S3', 'LOG_LEVEL'])
    expect(problems).toContain(`${name} `);
  expect(problems).not.toContain('secret-in-the-wrong-place');
});

it.each([
  [
    'a Kubernetes Secret outside a cluster',
    { DRAWBRIDGE_IDENTITY: 'k8s-secret:ns/name' },
    'pod has',
  ],
  ['a Secret of no namespace', { DRAWBRIDGE_IDENTITY: 'k8s-secret:name' }, 'NAMESPACE/NAME'],
  [
    'an open line to another machine',
    { DRAWBRIDGE_URL: 'ws://app.internal:3000' },
    'beyond this machine',
  ],
  ['credentials in the address', { DRAWBRIDGE_URL: 'wss://me:pw@host' }, 'DRAWBRIDGE_URL'],
  [
    'a policy that is not there',
    { DRAWBRIDGE_POLICY: '/none/policy.yaml' },
    '/none/policy.yaml can not be read (ENOENT)',
  ],
  ['a switch in no position', { DRAWBRIDGE_DISCOVERY: 'no' }, 'must be on or off'],
  ['a key in place of where it is', { DRAWBRIDGE_HASH_KEY: 's3cret' }, 'the key itself'],
  ['a fraction', { DRAWBRIDGE_CONCURRENCY: '1.5' }, 'whole number'],
])('refuses %s', (_what, change, text) => {
  expect(problemsOf({ ...whole, ...change })).toContain(text);
});

it('takes a crash point by its name, and nothing else for one', () => {
  expect(readConfig(whole).crash).toBeUndefined();
  expect(readConfig({ ...whole, DRAWBRIDGE_CRASH_POINT: 'head.before:2' }).crash).toEqual({
    point: 'head.before',
    nth: 2,
  });
  expect(problemsOf({ ...whole, DRAWBRIDGE_CRASH_POINT: 'nowhere' })).toMatch(
    /^config\.invalid\nDRAWBRIDGE_CRASH_POINT, which is for tests, names no crash point\.$/,
  );
});
