import { expect, it } from 'vitest';
import { problemsOf } from './kubernetes.js';
import type { KubernetesObject } from './kubernetes-object.js';

const service: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'agent', labels: { any: 'label' } },
  spec: { clusterIP: 'None', ports: [{ name: 'metrics', port: 9464, targetPort: 'metrics' }] },
};

it('takes what Kubernetes takes', () => {
  expect(problemsOf(service)).toEqual([]);
});

it.each([
  ['a field of no object', { ...service, bogus: 1 }, '/bogus is no field of a Service'],
  [
    'a field deep inside',
    { ...service, spec: { ports: [{ port: 1, tragetPort: 2 }] } },
    '/spec/ports/0/tragetPort is no field of a Service',
  ],
])('finds %s', (_what, object, problem) => {
  expect(problemsOf(object as KubernetesObject)).toEqual([problem]);
});

it.each([
  ['a wrong type', { ...service, spec: { ports: [{ port: 'http' }] } }, /port/],
  ['what is required', { ...service, spec: { ports: [{ name: 'x' }] } }, /port/],
  ['a kind without a schema', { ...service, kind: 'Servce' }, /no schema here/],
])('finds %s', (_what, object, problem) => {
  expect(problemsOf(object as KubernetesObject).join()).toMatch(problem);
});
