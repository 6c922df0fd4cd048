// The chart's values for the network of the test, and the firewall that follows from what helm makes of them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { chartOf, render } from '../chart/chart.js';
import type { KubernetesObject } from '../chart/kubernetes-object.js';
import { firewallOf } from './firewall.js';
import { needed, pods, prometheus } from './hosts.js';
import type { Host, Needed } from './hosts.js';

const digest = `sha256:${'4f'.repeat(32)}`;

/** What a customer would write who has the hosts in `needed`; `without` is forgotten. */
export function valuesFor(without: readonly Needed[] = []): Record<string, unknown> {
  const hosts: [string, Host][] = Object.entries(needed);
  const listed = hosts
    .filter(([name]) => !without.includes(name as Needed))
    .map(([, host]) => host);
  return {
    controlPlane: { url: `wss://${needed.controlPlane.name}` },
    enrollment: { existingSecret: { name: 'drawbridge-tokens' } },
    bucket: {
      url: 's3://drawbridge/drawbridge',
      region: 'eu-central-1',
      endpoint: `https://${needed.bucket.name}`,
      existingSecret: { name: 'bucket' },
    },
    image: { repository: 'registry.bank.test/drawbridge/agent', digest },
    identity: { kind: 'volume' },
    ca: { existingConfigMap: { name: 'authorities' } },
    networkPolicy: {
      metricsFrom: [
        {
          namespaceSelector: { matchLabels: prometheus.namespace },
          podSelector: { matchLabels: prometheus.labels },
        },
      ],
      egress: listed.map(({ address, port }) => ({ cidr: `${address}/32`, ports: [port] })),
    },
    ciliumNetworkPolicy: {
      hosts: listed.map(({ name, port }) => ({ name, ports: [port] })),
    },
  };
}

export async function objectsOf(
  helm: string,
  values: Record<string, unknown>,
  folder: string,
): Promise<KubernetesObject[]> {
  const file = join(folder, 'values.yaml');
  await writeFile(file, stringify(values));
  const { objects, refusal } = await render(helm, chartOf('agent'), file);
  if (refusal !== undefined) throw new Error(`helm refused the values of the test: ${refusal}`);
  return objects;
}

/** For the agents' pods, which the StatefulSet labels. */
export function agentFirewall(objects: readonly KubernetesObject[]): string {
  const set = objects.find(({ kind }) => kind === 'StatefulSet');
  if (!set) throw new Error('The chart renders no StatefulSet.');
  const { template } = set['spec'] as {
    template: { metadata: { labels: Record<string, string> } };
  };
  return firewallOf(objects, { agent: template.metadata.labels, pods });
}
