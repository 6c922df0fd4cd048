import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PutBucketEncryptionCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../clock.js';
import type { Clock } from '../clock.js';
import { readConfig } from '../config.js';
import { loadRegistry } from '../connector/registry.js';
import { hasOpenssl, makeAuthority } from '@drawbridge/local/certificates.js';
import { openForwardProxy } from '@drawbridge/local/forward-proxy.js';
import { openPostgresFixture } from '../testing/postgres.js';
import { openTlsFront } from '../testing/tls-front.js';
import { connectionFindings } from './connection-looks.js';
import { examine } from './examine.js';
import { entryOf, lineOf } from './finding.js';
import type { Finding } from './finding.js';
import { openGround } from './testing/ground.js';
import type { Ground } from './testing/ground.js';

let ground: Ground;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  ground = await openGround();
  closing = [() => ground.close()];
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

const registry = await loadRegistry();

const later = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms });

/** A server that answers every request, and every upgrade, with this status. */
async function pageServer(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => server.close().closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The control plane's address behind TLS, with a certificate for this name. */
async function tlsFor(subject: string): Promise<string> {
  const authority = await makeAuthority(ground.directory);
  const plane = Number(new URL(ground.plane.url).port);
  const front = await openTlsFront(await authority.issue(subject), plane);
  closing.push(() => front.close());
  return `wss://127.0.0.1:${front.port}`;
}

type Variables = Record<string, string>;

interface Broken {
  what: string;
  code: string;
  state?: 'broken' | 'warning';
  /** What is wrong; may answer with variables that make it so. */
  breaks?: () => Promise<Variables | void>;
  clock?: Clock;
  /** Words of what to do about it. */
  mend: RegExp;
}

const file = (name: string): string => join(ground.directory, name);
const Bucket = 'drawbridge';
const shared = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }],
};

const broken: Record<string, Broken> = {
  'no token': {
    what: 'identity',
    code: 'enrolment.no_token',
    breaks: async () => ({ DRAWBRIDGE_ENROLLMENT_TOKEN: '' }),
    mend: /Make a token/,
  },
  'a key that others may read': {
    what: 'identity',
    code: 'identity.open_to_others',
    breaks: async () => {
      await writeFile(file('identity'), '{}');
      await chmod(file('identity'), 0o644);
    },
    mend: /chmod 600/,
  },
  'a damaged identity': {
    what: 'identity',
    code: 'identity.unreadable',
    breaks: () => writeFile(file('identity'), 'half', { mode: 0o600 }),
    mend: /enrol again/,
  },
  'a host that nobody knows': {
    what: 'names',
    code: 'doctor.name_unknown',
    breaks: async () => ({ DRAWBRIDGE_URL: 'wss://nowhere.invalid' }),
    mend: /nowhere\.invalid.*DNS/,
  },
  'a port where nobody listens': {
    what: 'control plane',
    code: 'doctor.nobody_listens',
    breaks: async () => ({ DRAWBRIDGE_URL: `ws://127.0.0.1:${await freePort()}` }),
    mend: /host and port/,
  },
  'a proxy between that takes no websockets': {
    what: 'control plane',
    code: 'doctor.no_websocket',
    breaks: async () => ({ DRAWBRIDGE_URL: `ws://${await pageServer(502)}` }),
    mend: /HTTP 502.*websockets/,
  },
  'a page in place of the control plane': {
    what: 'control plane',
    code: 'doctor.no_websocket',
    breaks: async () => ({ DRAWBRIDGE_URL: `ws://${await pageServer(404)}` }),
    mend: /HTTP 404.*Check the address/,
  },
  'HTTPS_PROXY that Node.js does not take': {
    what: 'proxy',
    code: 'doctor.proxy_unused',
    breaks: async () => ({ HTTPS_PROXY: 'http://127.0.0.1:9' }),
    mend: /NODE_USE_ENV_PROXY=1/,
  },
  'a proxy that is not there': {
    what: 'proxy',
    code: 'doctor.proxy_silent',
    breaks: async () => proxied(`127.0.0.1:${await freePort()}`),
    mend: /network policy/,
  },
  'a proxy that wants a password': {
    what: 'proxy',
    code: 'doctor.proxy_sign_in',
    breaks: async () => proxied(`127.0.0.1:${await forwardProxy(407)}`),
    mend: /Secret/,
  },
  'a proxy without us on its list': {
    what: 'proxy',
    code: 'doctor.proxy_refuses',
    breaks: async () => proxied(`127.0.0.1:${await forwardProxy(403)}`),
    mend: /list/,
  },
  'authorities that are not mounted': {
    what: 'certificates',
    code: 'doctor.ca_unreadable',
    breaks: async () => ({ NODE_EXTRA_CA_CERTS: file('none.pem') }),
    mend: /mounted/,
  },
  'authorities in another form': {
    what: 'certificates',
    code: 'doctor.ca_empty',
    breaks: async () => {
      await writeFile(file('ca.pem'), 'DER');
      return { NODE_EXTRA_CA_CERTS: file('ca.pem') };
    },
    mend: /PEM/,
  },
  'a clock that the bucket does not take': {
    what: 'clock',
    code: 'doctor.clock_wrong',
    clock: later(-20 * 60_000),
    mend: /1[12]\d\d seconds.*NTP/,
  },
  'a clock that goes wrong': {
    what: 'clock',
    code: 'doctor.clock_off',
    state: 'warning',
    clock: later(5 * 60_000),
    mend: /(299|30\d) seconds.*NTP/,
  },
  'another region': {
    what: 'bucket region',
    code: 'doctor.region_wrong',
    breaks: async () => ({ AWS_REGION: 'us-west-2' }),
    mend: /Set it to eu-central-1/,
  },
  'no region': {
    what: 'bucket region',
    code: 'doctor.region_unset',
    state: 'warning',
    breaks: async () => {
      process.env['AWS_REGION'] = 'eu-central-1';
      closing.push(async () => delete process.env['AWS_REGION']);
      return { AWS_REGION: '' };
    },
    mend: /Set it to eu-central-1/,
  },
  'a bucket that is not there': {
    what: 'bucket',
    code: 'store.no_bucket',
    breaks: async () => ({ DRAWBRIDGE_BUCKET: 's3://other-bucket' }),
    mend: /Check DRAWBRIDGE_BUCKET/,
  },
  'a role that may not remove': {
    what: 'bucket',
    code: 'store.denied',
    breaks: async () => void (ground.bucket.policy.mayRemove = () => false),
    mend: /list and delete/,
  },
  'a store that ignores conditions': {
    what: 'bucket',
    code: 'store.no_conditions',
    breaks: async () => void (ground.bucket.policy.heedsConditions = () => false),
    mend: /If-Match/,
  },
  'a key that S3 keeps': {
    what: 'bucket encryption',
    code: 'doctor.encryption_shared_key',
    state: 'warning',
    breaks: async () =>
      void (await ground.client.send(
        new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: shared }),
      )),
    mend: /KMS key of yours/,
  },
  'encryption that may not be read': {
    what: 'bucket encryption',
    code: 'doctor.setting_unread',
    breaks: async () => ground.deny((query) => query.has('encryption')),
    mend: /s3:GetEncryptionConfiguration/,
  },
  'a bucket that could become public': {
    what: 'bucket access',
    code: 'doctor.public_access',
    breaks: async () => {
      ground.bucket.moods.length = 0;
      const { S3Error } = await import('@drawbridge/local/bucket/s3-error.js');
      const code = 'NoSuchPublicAccessBlockConfiguration';
      ground.bucket.moods.push({
        fits: (_method, _key, query) => query.has('publicAccessBlock'),
        times: 1,
        does: { error: new S3Error(404, code, 'not found') },
      });
    },
    mend: /BlockPublicAcls.*Switch all four on/,
  },
  'no versions': {
    what: 'bucket versions',
    code: 'doctor.no_versions',
    state: 'warning',
    breaks: async () =>
      void (await ground.client.send(
        new PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      )),
    mend: /Switch versioning on/,
  },
  'a role that may read everything': {
    what: 'bucket rights',
    code: 'doctor.rights_too_many',
    state: 'warning',
    breaks: async () => void (ground.bucket.moods.length = 0),
    mend: /list objects beyond its prefix; get objects beyond its prefix.*Give it the policy/,
  },
  'a short hash key': {
    what: 'hash key',
    code: 'config.hash_key',
    breaks: async () => ({ DRAWBRIDGE_HASH_KEY: 'env:KEY', KEY: 'k'.repeat(31) }),
    mend: /Make a longer one/,
  },
  'a hash key that is not there': {
    what: 'hash key',
    code: 'secret.missing',
    breaks: async () => ({ DRAWBRIDGE_HASH_KEY: `file:${file('none')}` }),
    mend: /mounted/,
  },
  'a work folder that is a file': {
    what: 'work folder',
    code: 'config.work_dir',
    breaks: () => writeFile(file('work'), ''),
    mend: /Give it a folder/,
  },
  'more memory than there is': {
    what: 'memory',
    code: 'config.memory',
    breaks: async () => ({ DRAWBRIDGE_MEMORY_MIB: '1048576' }),
    mend: /Lower it/,
  },
  'too many jobs for the memory': {
    what: 'memory',
    code: 'config.memory',
    breaks: async () => ({ DRAWBRIDGE_CONCURRENCY: '64' }),
    mend: /lower DRAWBRIDGE_CONCURRENCY/,
  },
};

const proxied = (place: string): Variables => ({
  HTTPS_PROXY: `http://${place}`,
  NODE_USE_ENV_PROXY: '1',
});

async function forwardProxy(status: number): Promise<number> {
  const proxy = await openForwardProxy();
  proxy.answers = () => status;
  closing.push(() => proxy.close());
  return proxy.port;
}

describe('the doctor', () => {
  it('finds nothing broken where nothing is', async () => {
    const findings = await examine({ registry, environment: ground.environment });
    expect(findings.filter(({ state }) => state === 'broken').map(lineOf)).toEqual([]);
    expect(findings.filter(({ state }) => state === 'warning').map(({ what }) => what)).toEqual([
      'policy',
    ]);
    expect(findings.length).toBeGreaterThan(17);
    // It looks, and leaves nothing behind.
    await expect(readFile(file('identity'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(ground.plane.agents.size).toBe(0);
  });

  it.each(Object.entries(broken))('finds %s, and says what to do', async (_name, fault) => {
    const more = (await fault.breaks?.()) ?? {};
    const finding = await ground.look(fault.what, more, fault.clock);
    expect(entryOf(finding)).toMatchObject({
      what: fault.what,
      state: fault.state ?? 'broken',
      code: fault.code,
      advice: expect.stringMatching(fault.mend),
    });
  });

  it.skipIf(!hasOpenssl)(
    'tells a certificate of a stranger from one for another name',
    async () => {
      const strange = await ground.look('control plane', {
        DRAWBRIDGE_URL: await tlsFor('IP:127.0.0.1'),
      });
      expect(entryOf(strange)).toMatchObject({
        code: 'doctor.ca_missing',
        advice: expect.stringMatching(/NODE_EXTRA_CA_CERTS/),
      });
    },
  );

  it.skipIf(!hasOpenssl)('says when authorities end, and when they have ended', async () => {
    const { certFile } = await makeAuthority(ground.directory);
    const more = { NODE_EXTRA_CA_CERTS: certFile };
    expect(await ground.look('certificates', more)).toMatchObject({
      state: 'warning',
      failure: { code: 'doctor.ca_expires' },
    });
    expect(await ground.look('certificates', more, later(2 * 86_400_000))).toMatchObject({
      state: 'broken',
      failure: { code: 'doctor.ca_expired' },
    });
  });

  it('tells each wrong variable, and looks no further', async () => {
    const environment = {
      ...ground.environment,
      DRAWBRIDGE_URL: 'https://app.example.com',
      DRAWBRIDGE_POLICY: '/none/policy.yaml',
    };
    const findings = await examine({ registry, environment });
    expect(findings.map(lineOf)).toEqual([
      expect.stringMatching(/^✗ configuration: DRAWBRIDGE_URL must.*\(config\.invalid\)$/),
      expect.stringMatching(
        /^✗ configuration: The policy file \/none\/policy\.yaml can not be read/,
      ),
    ]);
  });

  it('says what a policy comes to, what it leaves open, and where its faults are', async () => {
    const policy = file('policy.yaml');
    const more = { DRAWBRIDGE_POLICY: policy };
    await writeFile(policy, 'version: 1\n');
    expect(await ground.look('policy', more)).toMatchObject({
      state: 'good',
      found: expect.stringMatching(/^0 rules for sources, 0 rules .*; SHA-256 [0-9a-f]{64}$/),
    });
    await writeFile(policy, 'version: 1\negress: { allow: [0.0.0.0/0] }\n');
    expect(await ground.look('policy', more)).toMatchObject({
      state: 'warning',
      failure: {
        code: 'doctor.policy_wide',
        message: expect.stringContaining('egress.allow names 0.0.0.0/0'),
      },
    });
    await writeFile(policy, 'version: 1\nsource: []\n');
    const findings = await examine({ registry, environment: { ...ground.environment, ...more } });
    expect(findings.map(lineOf)).toEqual([
      expect.stringMatching(/^✗ configuration: .*policy\.yaml:2:1: "source" is no key here/),
    ]);
  });

  it('calls nothing good that it could not ask', async () => {
    await ground.bucket.close();
    closing = [() => ground.plane.close()];
    for (const what of ['clock', 'bucket', 'bucket rules', 'bucket rights', 'bucket versions'])
      expect(await ground.look(what)).toMatchObject({ failure: { code: 'store.unreachable' } });
  });

  it('never tells a secret', async () => {
    const secret = 'correct-horse-battery-staple';
    const told = await ground.look('hash key', { DRAWBRIDGE_HASH_KEY: 'env:KEY', KEY: secret });
    expect(JSON.stringify(entryOf(told)) + lineOf(told)).not.toContain(secret);
  });
});

describe('connections of a folder', () => {
  async function found(yaml: string, more: Variables = {}): Promise<Finding[]> {
    await mkdir(file('yaml'), { recursive: true });
    await writeFile(join(file('yaml'), 'a.yaml'), yaml);
    return connectionFindings(
      file('yaml'),
      readConfig({ ...ground.environment, ...more }),
      registry,
    );
  }

  const yamlOf = (settings: object): string =>
    JSON.stringify({
      sources: {
        warehouse: {
          type: 'postgres',
          pool: 'default',
          settings,
          secrets: { password: 'env:WAREHOUSE_PASSWORD' },
        },
      },
      destinations: {
        app: {
          type: 'postgres',
          pool: 'default',
          settings,
          secrets: { password: 'env:APP_PASSWORD' },
        },
      },
    });

  it('are opened, each with what is wrong with it', async () => {
    const postgres = await openPostgresFixture(inject('postgresUrl'));
    closing.push(() => postgres.close());
    const { password } = postgres.secrets;
    const good = { WAREHOUSE_PASSWORD: password, APP_PASSWORD: password };
    expect((await found(yamlOf(postgres.settings), good)).map(lineOf)).toEqual([
      '✓ source warehouse: it answers, and its credentials are good',
      '✓ destination app: it answers, and its credentials are good',
    ]);
    const wrong = { WAREHOUSE_PASSWORD: 'wrong' };
    expect((await found(yamlOf(postgres.settings), wrong)).map(entryOf)).toMatchObject([
      { what: 'source warehouse', state: 'broken', code: 'source.auth_failed' },
      { what: 'destination app', state: 'broken', code: 'secret.missing' },
    ]);
    const away = yamlOf({ ...postgres.settings, port: await freePort() });
    expect((await found(away, good)).map(entryOf)).toMatchObject([
      { code: 'source.unreachable' },
      { code: 'destination.unreachable' },
    ]);
  });

  it('need a folder that can be read and holds a configuration', async () => {
    expect((await found('sources: { a: { typ: x } }')).map(entryOf)).toMatchObject([
      { state: 'broken', code: 'doctor.configuration_invalid' },
    ]);
    const none = await connectionFindings('/nowhere', readConfig(ground.environment), registry);
    expect(none.map(entryOf)).toMatchObject([{ code: 'doctor.no_configuration' }]);
    const untried = await connectionFindings(undefined, readConfig(ground.environment), registry);
    expect(untried.map(lineOf).join()).toMatch(/--config DIR/);
  });
});
