import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import '../gateway/failed-frame.js';
import '../database/pool.js';
import '../job/figures.js';
import '../mail/postman.js';
import { registry } from '../registry.js';
import '../sockets.js';
import './graphql-figures.js';
import './metrics.js';

const folder = new URL('../../../deploy/monitoring/', import.meta.url);

/** What a histogram is asked by. */
const parts = /_(bucket|sum|count)$/;

it.each(['rules.yaml', 'dashboard.json'])(
  'asks for what the control plane serves, in %s',
  async (file) => {
    const served = new Set(registry.getMetricsAsArray().map(({ name }) => name));
    const text = await readFile(new URL(file, folder), 'utf8');
    const names = [...text.matchAll(/\bdrawbridge_(?!agent_)[a-z_]+/g)].map(([name]) => name);
    const asked = new Set(names.map((name) => (served.has(name) ? name : name.replace(parts, ''))));
    expect(asked.size).toBeGreaterThan(5);
    expect([...asked].filter((name) => !served.has(name))).toEqual([]);
  },
);

it('says in the README of the chart what each figure means', async () => {
  const readme = await readFile(
    new URL('../../../deploy/helm/control-plane/README.md', import.meta.url),
    'utf8',
  );
  const ours = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('drawbridge_'));
  expect(ours.length).toBeGreaterThan(10);
  const said = ours.map(({ name, labelNames = [] }: Figure) =>
    labelNames.length > 0 ? `\`${name}{${labelNames.join(',')}}\`` : `\`${name}\``,
  );
  expect(said.filter((text) => !readme.includes(text))).toEqual([]);
});

interface Figure {
  name: string;
  labelNames?: readonly string[];
}
