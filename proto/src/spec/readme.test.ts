import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const [base = '', ...examples] = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text = '']) => text,
);

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An example shows a part; the rest is as in the first one. Fields are its own: two kinds of value would not go together. */
function over(whole: unknown, part: unknown): unknown {
  if (!isTree(whole) || !isTree(part)) return part;
  const merged = Object.entries(part).map(([key, value]) => [
    key,
    key === 'fields' ? value : over(whole[key], value),
  ]);
  return { ...whole, ...(Object.fromEntries(merged) as Tree) };
}

const problemsOf = (text: string): string[] =>
  parseSpecification([{ path: 'README.md', text }]).problems.map(({ message }) => message);

/** The keys that a map may have, as the reader itself names them. */
function keysOf(text: string): string[] {
  const [known] = problemsOf(text).flatMap((said) => /Known are (.*?)\./.exec(said)?.[1] ?? []);
  return known?.split(', ') ?? [];
}

const sync = (words: string): string => `syncs: { x: { ${words} } }`;
const places = {
  sections: 'unknown: 1',
  source: 'sources: { x: { unknown: 1 } }',
  destination: 'destinations: { x: { unknown: 1 } }',
  limits: 'destinations: { x: { limits: { unknown: 1 } } }',
  model: 'models: { x: { unknown: 1 } }',
  sync: sync('unknown: 1'),
  field: sync('fields: { f: { unknown: 1 } }'),
  lookup: sync('fields: { f: { lookup: { unknown: 1 } } }'),
  guards: sync('guards: { unknown: 1 }'),
  guard: sync('guards: { added: { unknown: 1 } }'),
  schedule: sync('schedule: { unknown: 1 }'),
  alert: 'alerts: { x: { unknown: 1 } }',
  volume: 'alerts: { x: { volume: { unknown: 1 } } }',
};

describe('the page about the configuration', () => {
  it('begins with a whole that is read and written out again', () => {
    const { specification, problems } = parseSpecification([{ path: 'a.yaml', text: base }]);
    expect(problems).toEqual([]);
    const again = parseSpecification(formatSpecification(specification!));
    expect(again.specification).toEqual(specification);
  });

  it.each(examples)('has an example that is read: %s', (example) => {
    const text = stringify(over(parse(base), parse(example)));
    expect(problemsOf(text)).toEqual([]);
    expect(text).not.toBe(stringify(parse(base)));
  });

  it.each(Object.entries(places))('names every key of a %s', (_name, text) => {
    const keys = keysOf(text);
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter((key) => !new RegExp(`\`${key}\`|\\b${key}:`).test(readme))).toEqual([]);
  });
});
