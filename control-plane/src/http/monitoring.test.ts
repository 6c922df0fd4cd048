import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import '../gateway/failed-frame.js';
import '../job/figures.js';
import { registry } from '../registry.js';
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
