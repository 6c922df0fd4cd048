import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartOf, render } from './chart.js';
import { checkChart } from './check-chart.js';
import { podsOf } from './hardening.js';
import type { PodSpec } from './hardening.js';
import { findHelm } from './helm.js';
import type { KubernetesObject } from './kubernetes-object.js';

// What no snapshot says: how values and objects belong together. All files of values: npm run test:helm.
const binary = await findHelm().catch(() => undefined);
const chart = chartOf('agent');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-chart-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function objectsWith(name: string, more = ''): Promise<KubernetesObject[]> {
  const file = join(folder, 'values.yaml');
  await writeFile(file, (await readFile(join(chart.folder, 'ci', `${name}.yaml`), 'utf8')) + more);
  const { objects, refusal } = await render(binary ?? '', chart, file);
  if (refusal !== undefined) throw new Error(refusal);
  return objects;
}

const one = (objects: KubernetesObject[], kind: string): KubernetesObject => {
  const found = objects.filter((object) => object.kind === kind);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${kind}`);
  return found[0];
};

interface SetSpec {
  template: { metadata: { annotations: Record<string, string> }; spec: PodSpec };
}

const podOf = (objects: KubernetesObject[]): SetSpec['template'] =>
  (one(objects, 'StatefulSet')['spec'] as SetSpec).template;

const variablesOf = ({ spec }: SetSpec['template']): Record<string, string | undefined> =>
  Object.fromEntries((spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));

describe.skipIf(binary === undefined)('the chart of the agent', () => {
  it('stands by what was reviewed', async () => {
    const names = ['minimal', 'keda', 'token-as-value', 'two-proxies', 'image-by-tag'];
    const { failed, matrix, invalidRefused } = await checkChart(chart, {
      binary: binary ?? '',
      write: false,
      only: (name) => names.includes(name),
    });
    expect(failed).toEqual([]);
    expect([matrix, invalidRefused]).toEqual([3, 2]);
  });

  it('gives an agent longer to leave than the agent takes', async () => {
    const pod = podOf(await objectsWith('large'));
    const drain = Number(variablesOf(pod)['DRAWBRIDGE_DRAIN_SECONDS']);
    expect(drain).toBe(900);
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(drain);
  });

  it('never shows a token in a pod, and rolls the pods when it changes', async () => {
    const objects = await objectsWith('token-as-value');
    const token = `dbe_${'a'.repeat(43)}`;
    expect(JSON.stringify(objects)).not.toContain(token);
    const secrets = objects.filter(({ kind }) => kind === 'Secret');
    const kept = secrets.map(({ data }) => (data as { token?: string } | undefined)?.token);
    expect(kept).toContain(Buffer.from(token).toString('base64'));
    expect(podOf(objects).metadata.annotations['drawbridge/enrollment-sha256']).toHaveLength(64);
  });

  it('rolls the pods when the policy changes, by the digest of its very text', async () => {
    const objects = await objectsWith('policy');
    const { data } = one(objects, 'ConfigMap') as unknown as { data: Record<string, string> };
    const digest = createHash('sha256')
      .update(data['policy.yaml'] ?? '')
      .digest('hex');
    expect(podOf(objects).metadata.annotations['drawbridge/policy-sha256']).toBe(digest);
    expect(variablesOf(podOf(objects))['DRAWBRIDGE_POLICY']).toMatch(/policy\.yaml$/);
  });

  it('has no right in the cluster, and no account’s token, where keys rest on volumes', async () => {
    const objects = await objectsWith('identity-on-volumes');
    expect(objects.filter(({ kind }) => kind.startsWith('Role'))).toEqual([]);
    expect(JSON.stringify(podsOf(objects))).not.toContain('serviceAccountToken');
  });

  it('gives its one right for the very Secret that the agents use', async () => {
    const objects = await objectsWith('identity-of-gitops');
    expect(one(objects, 'Role')['rules']).toMatchObject([
      { resourceNames: ['drawbridge-identity'], verbs: ['get', 'update'] },
    ]);
    expect(variablesOf(podOf(objects))['DRAWBRIDGE_IDENTITY']).toBe(
      'k8s-secret:data/drawbridge-identity/$(POD_NAME)',
    );
  });

  it('lets nobody in and out by list alone; by name alone with Cilium', async () => {
    const listed = one(await objectsWith('minimal'), 'NetworkPolicy');
    expect(listed['spec']).toMatchObject({ ingress: [], policyTypes: ['Ingress', 'Egress'] });
    const named = await objectsWith('cilium');
    // Rules add up, so an egress rule of the one would open what the other closes.
    expect(one(named, 'NetworkPolicy')['spec']).toMatchObject({ policyTypes: ['Ingress'] });
    expect(JSON.stringify(one(named, 'NetworkPolicy'))).not.toContain('egress');
    expect(JSON.stringify(one(named, 'CiliumNetworkPolicy'))).toContain('*.snowflakecomputing.com');
  });

  it('keeps the test’s pod out of what counts agents', async () => {
    const objects = await objectsWith('minimal');
    const { labels } = one(objects, 'Pod').metadata;
    const counted = one(objects, 'PodDisruptionBudget')['spec'] as {
      selector: { matchLabels: Record<string, string> };
    };
    const { 'app.kubernetes.io/component': agent } = counted.selector.matchLabels;
    expect([agent, labels?.['app.kubernetes.io/component']]).toEqual(['agent', 'doctor']);
  });
});
