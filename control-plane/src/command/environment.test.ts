import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { environmentHelp } from './environment.js';

it('names every variable that the configuration is read from', () => {
  const text = readFileSync(new URL('../config.ts', import.meta.url), 'utf8');
  const names = new Set(Array.from(text.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g), ([, name]) => name));
  expect(names.size).toBeGreaterThanOrEqual(10);
  const missing = [...names].filter(
    (name) => !new RegExp(`^  ${name} `, 'm').test(environmentHelp),
  );
  expect(missing).toEqual([]);
});

it('names no variable that the chart has no value for', () => {
  const folder = new URL('../../../deploy/helm/control-plane/templates/', import.meta.url);
  const templates = ['_container.tpl', 'deployment.yaml']
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const names = Array.from(environmentHelp.matchAll(/^  ([A-Z][A-Z_]+) /gm), ([, name]) => name);
  expect(names.length).toBeGreaterThanOrEqual(20);
  const missing = names.filter((name) => !templates.includes(`- name: ${name}\n`));
  expect(missing).toEqual([]);
});
