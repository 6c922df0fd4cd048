import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { checkLimits } from './document-limits.js';

const text = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const schema = buildSchema(text);

/** The code that it is refused with; undefined when it may be asked. */
function refusal(
  query: string,
  variables?: Record<string, unknown> | 'unknown',
): string | undefined {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  try {
    checkLimits(schema, document, variables);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const runsOfSyncs = (first: string): string => `query${first === '$n' ? ' ($n: Int)' : ''} {
  syncs(first: ${first}) { edges { node { name runs(first: ${first}) { edges { node { id state errors { code title } } } } } } } }`;

it('takes what a page asks for, and not pages of pages at their longest', () => {
  expect(refusal(runsOfSyncs('20'))).toBeUndefined();
  expect(refusal(runsOfSyncs('100'))).toBe('graphql.too_costly');
});

it('counts what a variable says, and the most where nobody knows it', () => {
  expect(refusal(runsOfSyncs('$n'), { n: 20 })).toBeUndefined();
  expect(refusal(runsOfSyncs('$n'), { n: null })).toBeUndefined();
  expect(refusal(runsOfSyncs('$n'), { n: 100 })).toBe('graphql.too_costly');
  expect(refusal(runsOfSyncs('$n'), {})).toBeUndefined();
  expect(refusal(runsOfSyncs('$n'))).toBeUndefined();
  expect(refusal(runsOfSyncs('$n'), 'unknown')).toBe('graphql.too_costly');
  const ofItself = runsOfSyncs('$n').replace('$n: Int', '$n: Int = 100');
  expect(refusal(ofItself, {})).toBe('graphql.too_costly');
  expect(refusal(ofItself, { n: 20 })).toBeUndefined();
});

it('counts what is asked of fragments, in whatever order they stand', () => {
  const query = (first: number): string => `
    fragment Runs on Sync { runs(first: ${first}) { edges { node { id state errors { code title } } } } }
    { syncs(first: 100) { edges { node { ... on Sync { ...Runs } } } } }`;
  expect(refusal(query(1))).toBeUndefined();
  expect(refusal(query(100))).toBe('graphql.too_costly');
});

it('does not count to the end what doubles with each fragment', () => {
  const levels = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Sync { ...F${n + 1} ...F${n + 1} }`,
  );
  const query = `${levels.join(' ')} fragment F60 on Sync { id } { sync(name: "a") { ...F0 } }`;
  const beganMs = performance.now();
  expect(refusal(query)).toBe('graphql.too_costly');
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});

it('goes as deep as tools that read the schema, and no deeper', () => {
  const types = (levels: number): string =>
    `{ __schema { types { fields { type ${'{ ofType '.repeat(levels)}{ name }${' }'.repeat(levels)} } } } }`;
  expect(refusal(types(9))).toBeUndefined();
  expect(refusal(types(20))).toBe('graphql.too_deep');
});
