import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chartOf, render } from './chart.js';
import { checkChart } from './check-chart.js';
import { findHelm } from './helm.js';
import type { KubernetesObject } from './kubernetes-object.js';

const binary = await findHelm().catch(() => undefined);
const chart = chartOf('control-plane');

async function objectsWith(name: string): Promise<KubernetesObject[]> {
  const file = join(chart.folder, 'ci', `${name}.yaml`);
  const { objects, refusal } = await render(binary ?? '', chart, file);
  if (refusal !== undefined) throw new Error(refusal);
  return objects;
}

describe.skipIf(binary === undefined)('the chart of the control plane', () => {
  it('stands by what was reviewed', async () => {
    const names = ['minimal', 'nginx', 'database-in-plain-text'];
    const { failed, matrix, invalidRefused } = await checkChart(chart, {
      binary: binary ?? '',
      write: false,
      only: (name) => names.includes(name),
    });
    expect(failed).toEqual([]);
    expect([matrix, invalidRefused]).toEqual([2, 1]);
  });

  it('asks the cluster for nothing, and migrates before its pods', async () => {
    const objects = await objectsWith('nginx');
    expect(objects.filter(({ kind }) => kind.includes('Role'))).toEqual([]);
    expect(JSON.stringify(objects)).not.toContain('serviceAccountToken');
    const job = objects.find(({ kind }) => kind === 'Job');
    expect(job?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    expect(JSON.stringify(job)).toContain('"args":["migrate"]');
  });

  it('is never one replica short in an upgrade, and gives each longer than its drain', async () => {
    const set = (await objectsWith('large')).find(({ kind }) => kind === 'Deployment');
    expect(set?.['spec']).toMatchObject({
      replicas: 6,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: { spec: { terminationGracePeriodSeconds: 135 } },
    });
  });
});
