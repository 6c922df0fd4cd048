import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeMetrics } from './metrics.js';

const folder = new URL('../../../deploy/monitoring/', import.meta.url);

it.each(['rules.yaml', 'dashboard.json'])('asks for what the agent serves, in %s', async (file) => {
  const metrics = makeMetrics({ isOpen: () => true, running: () => 0 }, 4);
  const { body } = await metrics.text();
  const served = new Set([...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const text = await readFile(new URL(file, folder), 'utf8');
  const asked = new Set([...text.matchAll(/\bdrawbridge_agent_[a-z_]+/g)].map(([name]) => name));
  expect(asked.size).toBeGreaterThan(3);
  expect([...asked].filter((name) => !served.has(name))).toEqual([]);
});
