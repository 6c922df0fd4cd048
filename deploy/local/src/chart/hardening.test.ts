import { expect, it } from 'vitest';
import { hardeningFaults } from './hardening.js';
import type { KubernetesObject } from './kubernetes-object.js';

const image = `registry.example.com/agent@sha256:${'0'.repeat(64)}`;

function setOf(pod: Record<string, unknown>, container: Record<string, unknown> = {}) {
  const securityContext = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const agent = {
    name: 'agent',
    image,
    imagePullPolicy: 'IfNotPresent',
    securityContext,
    resources: { limits: { memory: '1Gi' } },
    ...container,
  };
  const spec = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [agent],
    ...pod,
  };
  const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'agent' } };
  return [{ ...object, spec: { template: { spec } } }] as KubernetesObject[];
}

it('has nothing to say against a hardened pod', () => {
  expect(hardeningFaults(setOf({}))).toEqual([]);
});

it.each<[string, Record<string, unknown>]>([
  ['mounts its account’s token', { automountServiceAccountToken: true }],
  ['is told of every service', { enableServiceLinks: true }],
  ['shares a namespace', { hostNetwork: true }],
  ['may run as root', { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }],
  ['has no seccomp profile', { securityContext: { runAsNonRoot: true } }],
  ['mounts a folder of its node', { volumes: [{ name: 'a', hostPath: { path: '/' } }] }],
  ['may fill its node’s disk', { volumes: [{ name: 'a', emptyDir: {} }] }],
])('finds a pod that %s', (fault, change) => {
  expect(hardeningFaults(setOf(change)).join()).toContain(`StatefulSet agent: ${fault}`);
});

it.each<[string, Record<string, unknown>]>([
  ['may gain privileges', { securityContext: { runAsNonRoot: true } }],
  ['is privileged', { securityContext: { privileged: true } }],
  ['may write to its root', { securityContext: {} }],
  ['may run as root', { securityContext: { runAsNonRoot: true, runAsUser: 0 } }],
  ['keeps capabilities', { securityContext: { capabilities: { drop: ['NET_RAW'] } } }],
  [
    'keeps capabilities',
    { securityContext: { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } } },
  ],
  ['runs an image that is not named by digest', { image: 'registry.example.com/agent:latest' }],
  ['pulls its image anew', { imagePullPolicy: 'Always' }],
  ['has no limit of memory', { resources: {} }],
  ['opens a port of its node', { ports: [{ containerPort: 1, hostPort: 1 }] }],
  ['needs a shell', { command: ['sh'] }],
  ['has a secret in plain text: DB_PASSWORD', { env: [{ name: 'DB_PASSWORD', value: 'x' }] }],
])('finds a container that %s', (fault, change) => {
  expect(hardeningFaults(setOf({}, change)).join()).toContain(`agent ${fault}`);
});

const role = (rule: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'identity' },
  rules: [
    {
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: ['own'],
      verbs: ['get', 'update'],
      ...rule,
    },
  ],
});

it('allows one right in the cluster', () => {
  expect(hardeningFaults([role({})])).toEqual([]);
  for (const more of [
    { resourceNames: undefined },
    { resourceNames: ['own', 'other'] },
    { verbs: ['get', 'update', 'list'] },
    { resources: ['*'] },
    { apiGroups: ['apps'] },
  ])
    expect(hardeningFaults([role(more)])).toHaveLength(1);
  expect(hardeningFaults([{ ...role({}), kind: 'ClusterRole' }])).toHaveLength(1);
});
