import { Ajv } from 'ajv';
import type { KubernetesObject } from './kubernetes-object.js';

const closed = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const list = (items: unknown) => ({ type: 'array', minItems: 1, items });
const host = {
  oneOf: [
    closed({ matchName: { type: 'string', pattern: '^[a-z0-9.-]+$' } }, ['matchName']),
    closed({ matchPattern: { type: 'string', pattern: '^[a-z0-9.*-]+$' } }, ['matchPattern']),
  ],
};
const labels = { type: 'object', additionalProperties: { type: 'string' } };
const port = closed(
  { port: { type: 'string', pattern: '^[0-9]{1,5}$' }, protocol: { enum: ['TCP', 'UDP', 'ANY'] } },
  ['port', 'protocol'],
);

/** The part of CiliumNetworkPolicy that we render: https://docs.cilium.io/en/stable/security/policy/language/ (read 2026-11). */
const isPolicy = new Ajv().compile(
  closed(
    {
      apiVersion: { const: 'cilium.io/v2' },
      kind: { const: 'CiliumNetworkPolicy' },
      metadata: { type: 'object' },
      spec: closed(
        {
          endpointSelector: closed({ matchLabels: labels }, ['matchLabels']),
          egress: list(
            closed(
              {
                toEndpoints: list(closed({ matchLabels: labels }, ['matchLabels'])),
                toEntities: list({ enum: ['kube-apiserver'] }),
                toCIDR: list({ type: 'string', pattern: '/[0-9]{1,3}$' }),
                toFQDNs: list(host),
                toPorts: list(
                  closed({ ports: list(port), rules: closed({ dns: list(host) }) }, ['ports']),
                ),
              },
              ['toPorts'],
            ),
          ),
        },
        ['endpointSelector', 'egress'],
      ),
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  ),
);

export function ciliumProblems(object: KubernetesObject): string[] {
  if (isPolicy(object)) return [];
  return (isPolicy.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
