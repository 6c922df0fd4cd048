import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { overviewOf } from './overview.js';
import { readPolicy } from './read-policy.js';

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');

it('the README’s example is a policy, and has every key that its table explains', () => {
  const [, example = ''] = /```yaml\n([\s\S]+?)```/.exec(readme) ?? [];
  const { given, faults } = readPolicy(Buffer.from(example));
  expect(faults ?? []).toEqual([]);
  expect(given && overviewOf(given.policy).wide).toEqual(['sources[1] has no maxRows']);
  const keys = [...readme.matchAll(/^\| `(?:….|\w+\.)?(\w+)`/gm)].map(([, key = '']) => key);
  expect(keys.length).toBeGreaterThan(14);
  for (const key of keys) expect(example).toContain(`${key}:`);
});
