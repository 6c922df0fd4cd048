import { expect, it } from 'vitest';
import type { KubernetesObject } from '../chart/kubernetes-object.js';
import { firewallOf } from './firewall.js';
import { needed, pods, prometheus, resolver } from './hosts.js';

const agent = { 'app.kubernetes.io/name': 'agent' };

const policy = (spec: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'agent' },
  spec: { podSelector: { matchLabels: agent }, policyTypes: ['Ingress', 'Egress'], ...spec },
});

/** What a chain lets through, without counters and comments. */
function accepted(objects: KubernetesObject[], chain: 'out' | 'into'): string[] {
  const rules = firewallOf(objects, { agent, pods });
  const [, body = ''] =
    new RegExp(`chain ${chain} \\{\n([\\s\\S]*?)\n +meta nfproto`).exec(rules) ?? [];
  return body
    .split('\n')
    .filter((line) => line.includes('accept'))
    .map((line) => line.replace(/( counter)? accept.*/, '').trim());
}

it('lets out to networks and ports of the list, but for what is excepted', () => {
  const to = [{ ipBlock: { cidr: '10.20.0.0/16', except: ['10.20.9.0/24', '10.20.8.0/24'] } }];
  const ports = [
    { port: 5432, protocol: 'TCP' },
    { port: 30_000, endPort: 30_100 },
  ];
  expect(accepted([policy({ egress: [{ to, ports }] })], 'out')).toEqual([
    'ip daddr 10.20.0.0/16 ip daddr != { 10.20.9.0/24, 10.20.8.0/24 } tcp dport 5432',
    'ip daddr 10.20.0.0/16 ip daddr != { 10.20.9.0/24, 10.20.8.0/24 } tcp dport 30000-30100',
  ]);
});

it('finds pods by the labels of both, the pod and its namespace', () => {
  const dns = {
    namespaceSelector: { matchLabels: resolver.namespace },
    podSelector: { matchLabels: resolver.labels },
  };
  const elsewhere = { ...dns, namespaceSelector: { matchLabels: prometheus.namespace } };
  const ports = [{ port: 53, protocol: 'UDP' }];
  const rules = [{ to: [dns, elsewhere], ports }];
  expect(accepted([policy({ egress: rules })], 'out')).toEqual([
    `ip daddr ${resolver.address}/32 udp dport 53`,
  ]);
  const ingress = [{ from: [{ namespaceSelector: {} }], ports: [{ port: 9464 }] }];
  expect(accepted([policy({ ingress })], 'into')).toHaveLength(pods.length);
});

it('takes a rule without peers for anybody, and one without ports for any port', () => {
  expect(accepted([policy({ egress: [{ ports: [{ port: 443 }] }] })], 'out')).toEqual([
    'tcp dport 443',
  ]);
  const to = [{ ipBlock: { cidr: 'fd00::/8' } }];
  expect(accepted([policy({ egress: [{ to }] })], 'out')).toEqual(['ip6 daddr fd00::/8']);
});

it('adds up what policies of the pod allow, and overlooks those of others', () => {
  const one = policy({ egress: [{ ports: [{ port: 443 }] }] });
  const two = policy({ egress: [{ ports: [{ port: 5432 }] }] });
  const other = policy({ podSelector: { matchLabels: { app: 'web' } }, egress: [{}] });
  expect(accepted([one, two, other], 'out')).toEqual(['tcp dport 443', 'tcp dport 5432']);
});

it('lets nothing through where a policy lists nothing, and everything where there is none', () => {
  expect(accepted([policy({})], 'out')).toEqual([]);
  expect(accepted([policy({ policyTypes: ['Ingress'] })], 'out')).toEqual(['']);
});

it('refuses to guess', () => {
  const matchExpressions = [{ key: 'app', operator: 'Exists' }];
  const egress = [{ to: [{ namespaceSelector: { matchExpressions } }] }];
  expect(() => accepted([policy({ egress })], 'out')).toThrow('matchExpressions');
  const named = [{ ports: [{ port: 'metrics' }] }];
  expect(() => accepted([policy({ egress: named })], 'out')).toThrow('by its name');
});

it('has a host of the test for each name and address', () => {
  const all = Object.values(needed);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(new Set(all.map(({ address }) => address)).size).toBe(all.length);
});
