import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasOpenssl } from '@drawbridge/local/certificates.js';
import { openFakeCluster, serviceAccountToken } from '../testing/fake-cluster.js';
import type { FakeCluster } from '../testing/fake-cluster.js';
import { IdentitySecret } from './identity-secret.js';
import { Identity } from './identity.js';

const enrolment = { agentId: 'a', workspaceId: 'w', pool: 'default' };
const name = 'prod/agent-identity';
let directory: string;
let fake: FakeCluster;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-cluster-'));
  if (hasOpenssl) fake = await openFakeCluster(directory);
});
afterAll(async () => {
  await fake?.close();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  if (!hasOpenssl) return;
  fake.secrets.clear();
  fake.answers.length = 0;
  fake.beforeUpdate = () => undefined;
  for (const verb of ['get', 'update']) fake.rights.add(`${verb} ${name}`);
});

const keeper = (entry: string, cluster = fake.cluster): IdentitySecret =>
  new IdentitySecret(cluster, { namespace: 'prod', name: 'agent-identity', entry });

const entriesOf = (): string[] => Object.keys(fake.secrets.get(name)?.data ?? {});

describe.skipIf(!hasOpenssl)('an identity in a Kubernetes Secret', () => {
  it('is made in an empty Secret and is the same at every start', async () => {
    fake.putSecret(name);
    expect(await Identity.read(keeper('agent-0'))).toBeUndefined();
    expect(entriesOf()).toEqual([]);
    const made = await Identity.open(keeper('agent-0'));
    await made.enrol(enrolment);
    const again = await Identity.open(keeper('agent-0'));
    expect(again.enrolment).toEqual(enrolment);
    expect(again.publicKey).toEqual(made.publicKey);
  });

  it('keeps what other agents of the pool wrote beside it, and in between', async () => {
    fake.putSecret(name, { other: 'b3RoZXI=' });
    let isOver = false;
    fake.beforeUpdate = () => {
      if (isOver) return;
      isOver = true;
      fake.putSecret(name, { other: 'b3RoZXI=', third: 'dGhpcmQ=' });
    };
    await Identity.open(keeper('agent-0'));
    expect(fake.answers).toEqual(['GET 200', 'GET 200', 'PUT 409', 'GET 200', 'PUT 200']);
    expect(entriesOf().sort()).toEqual(['agent-0', 'other', 'third']);
    expect(fake.secrets.get(name)?.data?.['third']).toBe('dGhpcmQ=');
  });

  it('gives up when somebody writes all the time', async () => {
    fake.putSecret(name);
    fake.beforeUpdate = () => fake.putSecret(name);
    await expect(Identity.open(keeper('agent-0'))).rejects.toMatchObject({
      code: 'identity.secret_contended',
    });
  });

  it('says what is missing, and never what it read', async () => {
    await expect(keeper('agent-0').read()).rejects.toMatchObject({ code: 'identity.no_secret' });
    fake.putSecret(name, { 'agent-0': Buffer.from('canary').toString('base64') });
    const damaged = await Identity.open(keeper('agent-0')).catch((error: unknown) => error);
    expect(damaged).toMatchObject({ code: 'identity.unreadable' });
    expect(String((damaged as Error).stack)).not.toContain('canary');
    fake.rights.delete(`update ${name}`);
    await expect(keeper('agent-1').write('x')).rejects.toMatchObject({
      code: 'identity.secret_forbidden',
      vendorCode: '403',
    });
  });

  it('needs a token, a cluster that answers, and the cluster’s own certificate', async () => {
    fake.putSecret(name);
    const { cluster } = fake;
    const read = (change: Partial<typeof cluster>): Promise<unknown> =>
      keeper('agent-0', { ...cluster, ...change }).read();
    await expect(read({ folder: join(directory, 'none') })).rejects.toMatchObject({
      code: 'identity.no_service_account',
    });
    await expect(read({ port: 9 })).rejects.toMatchObject({ code: 'identity.cluster_unreachable' });
    const other = await mkdtemp(join(directory, 'other-'));
    const stranger = await openFakeCluster(other);
    await stranger.close();
    const folder = stranger.cluster.folder;
    await expect(read({ folder })).rejects.toMatchObject({ code: 'identity.cluster_unreachable' });
    await writeFile(join(fake.cluster.folder, 'token'), 'of somebody else');
    await expect(read({})).rejects.toMatchObject({ code: 'identity.secret_forbidden' });
    await writeFile(join(fake.cluster.folder, 'token'), serviceAccountToken);
  });
});
