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

/** All that the agent needs; `without` is forgotten. */
export function neededHosts(without: readonly Needed[] = []): Host[] {
  const hosts: [string, Host][] = Object.entries(needed);
  return hosts.filter(([name]) => !without.includes(name as Needed)).map(([, host]) => host);
}

/** What a customer would write who has these hosts. */
export function valuesFor(listed: readonly Host[]): Record<string, unknown> {
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
  return firewallOf(objects, { agent: podOf(objects).metadata.labels, pods });
}

/** What the chart says of a forward proxy, as variables of the agent. */
export function proxyEnvOf(objects: readonly KubernetesObject[]): Record<string, string> {
  const [agent] = podOf(objects).spec.containers;
  const variables = (agent?.env ?? []).filter(({ name }) => /PROXY/.test(name));
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: { containers: { env: { name: string; value: string }[] }[] };
}

function podOf(objects: readonly KubernetesObject[]): PodTemplate {
  const set = objects.find(({ kind }) => kind === 'StatefulSet');
  if (!set) throw new Error('The chart renders no StatefulSet.');
  return (set['spec'] as { template: PodTemplate }).template;
}
