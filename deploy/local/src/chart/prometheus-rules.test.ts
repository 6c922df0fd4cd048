import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { problemsOf } from './kubernetes.js';

const file = new URL('../../../monitoring/rules.yaml', import.meta.url);

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

it('is what the Prometheus operator takes, and says of each alert what to do', async () => {
  const spec = parse(await readFile(file, 'utf8')) as { groups: { rules: Rule[] }[] };
  const metadata = { name: 'drawbridge' };
  const object = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec };
  expect(problemsOf(object)).toEqual([]);
  const rules = spec.groups.flatMap((group) => group.rules);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(alert).toMatch(/^Drawbridge[A-Z]/);
    expect(['warning', 'critical']).toContain(labels.severity);
    expect(annotations.description.length).toBeGreaterThan(annotations.summary.length);
  }
});
