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
