import { describe, expect, it } from 'vitest';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';

/** Syncs by name, each with its schedule. */
const parsed = (schedules: Readonly<Record<string, string>>) =>
  parseSpecification([
    {
      path: 'a.yaml',
      text: `sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs:
${Object.entries(schedules)
  .map(
    ([name, schedule]) =>
      `  ${name}: { model: m, destination: d, object: o, mode: append, schedule: ${schedule} }`,
  )
  .join('\n')}
`,
    },
  ]);

const problemsOf = (schedules: Readonly<Record<string, string>>): string[] =>
  parsed(schedules).problems.map(({ line, code, message }) => `${line} ${code} ${message}`);

describe('a sync that runs after another one', () => {
  it.each([
    ['{ after: a }', { kind: 'after', after: 'a' }],
    ['{ after: a, when: success }', { kind: 'after', after: 'a' }],
    ['{ after: a, when: always }', { kind: 'after', after: 'a', when: 'always' }],
    [
      '{ after: a, when: { maxRejected: 2.5% } }',
      { kind: 'after', after: 'a', when: { maxRejected: 2.5 } },
    ],
  ])('says so by %s, and is written out as it was read', (schedule, entry) => {
    const { specification } = parsed({ a: 'manual', b: schedule });
    expect(specification?.syncs['b']?.schedule).toEqual(entry);
    const again = parseSpecification(formatSpecification(specification!));
    expect(again.specification).toEqual(specification);
  });

  it.each([
    ['{ after: a, every: 5m }', 'spec.conflict'],
    ['{ after: a, jitter: 5m }', 'spec.conflict'],
    ['{ every: 5m, when: always }', 'spec.conflict'],
    ['{ after: lost }', 'spec.unknown_reference'],
    ['{ after: a, when: never }', 'spec.bad_value'],
    ['{ after: a, when: { maxRejected: 101% } }', 'spec.bad_value'],
    ['{ after: a, when: { maxRejected: 5 } }', 'spec.wrong_type'],
    ['{ after: a, when: {} }', 'spec.missing'],
  ])('is refused when it says %s', (schedule, code) => {
    const problems = problemsOf({ a: 'manual', b: schedule });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`6 ${code}`);
  });
});

describe('syncs that run after each other in a circle', () => {
  it('are refused, each circle once, with all who are part of it', () => {
    const schedules = {
      x: '{ after: b }',
      a: '{ after: c }',
      b: '{ after: a }',
      c: '{ after: b }',
      self: '{ after: self }',
      free: '{ after: y }',
      y: '{ every: 1h }',
    };
    const [circle, self, ...others] = problemsOf(schedules);
    expect(circle).toBe(
      '6 spec.cycle "a" runs after "c" runs after "b" runs after "a", so none of them would ever start. Give one of them another schedule.',
    );
    expect(self).toContain('9 spec.cycle "self" runs after "self"');
    expect(others).toEqual([]);
  });
});
