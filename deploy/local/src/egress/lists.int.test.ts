import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHelm } from '../chart/helm.js';
import type { KubernetesObject } from '../chart/kubernetes-object.js';
import { names, needed } from './hosts.js';
import { objectsOf, valuesFor } from './policy.js';

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
    const values = valuesFor();
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
});
