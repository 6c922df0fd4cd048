import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHelm } from '../chart/helm.js';
import type { KubernetesObject } from '../chart/kubernetes-object.js';
import { names, needed } from './hosts.js';
import { neededHosts, objectsOf, valuesFor } from './policy.js';

const binary = await findHelm().catch(() => undefined);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-lists-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ports {
  ports: { port: string | number }[];
}

interface Listed {
  spec: {
    egress: (Ports & {
      to?: { ipBlock?: { cidr: string } }[];
      toPorts?: Ports[];
      toFQDNs?: { matchName: string }[];
    })[];
  };
}

const egressOf = (objects: KubernetesObject[], kind: string): Listed['spec']['egress'] =>
  (objects.find((object) => object.kind === kind) as unknown as Listed).spec.egress;

describe.skipIf(binary === undefined)('the lists of the test', () => {
  it('are the same by address and by name', async () => {
    const values = valuesFor(neededHosts());
    const byAddress = egressOf(await objectsOf(binary ?? '', values, folder), 'NetworkPolicy');
    const cilium = { ...(values['ciliumNetworkPolicy'] as object), enabled: true };
    const named = { ...values, ciliumNetworkPolicy: cilium };
    const byName = egressOf(await objectsOf(binary ?? '', named, folder), 'CiliumNetworkPolicy');
    const hosts = byName.flatMap(({ toFQDNs = [], toPorts = [] }) =>
      toFQDNs.flatMap(({ matchName }) =>
        toPorts.flatMap(({ ports }) =>
          ports.map(({ port }) => `${names.get(matchName)}/32 ${port}`),
        ),
      ),
    );
    const networks = byAddress.flatMap(({ to = [], ports }) =>
      to.flatMap(({ ipBlock }) =>
        ipBlock ? ports.map(({ port }) => `${ipBlock.cidr} ${port}`) : [],
      ),
    );
    expect(hosts).toEqual(networks);
    expect(networks).toHaveLength(Object.keys(needed).length);
  });

  it('have no port for the agent that the operations guide does not name', async () => {
    const values = { ...valuesFor(neededHosts()), podIdentity: { enabled: true } };
    const inCluster = { ...values, identity: { kind: 'secret' } };
    const egress = egressOf(await objectsOf(binary ?? '', inCluster, folder), 'NetworkPolicy');
    const rendered = egress.flatMap(({ ports }) => ports.map(({ port }) => String(port)));
    const guide = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const rows = [...guide.matchAll(/^\| agent +\| [^|]+\| ([^|]+)\|/gm)];
    const named = rows.flatMap(([, ports = '']) => ports.match(/\d+/g) ?? []);
    const ofConnectors = ['4222'];
    expect([...new Set([...rendered, ...ofConnectors])].toSorted()).toEqual(
      [...new Set(named)].toSorted(),
    );
  });
});
