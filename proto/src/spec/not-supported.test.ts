import { expect, it } from 'vitest';
import { parseSpecification } from './parse.js';

/** What a run would refuse is refused where it is written. */
const fileWith = (secret: string, guard = 'stop'): string => `sources:
  warehouse:
    type: postgres
    secrets: { password: "${secret}" }
destinations:
  app-db: { type: postgres }
models:
  customers: { source: warehouse, primaryKey: [id], table: customers }
syncs:
  customers-to-app:
    model: customers
    destination: app-db
    object: customers
    mode: mirror
    key: { id: id }
    guards: { added: { rows: 5, action: ${guard} } }
`;

const problemsOf = (text: string) => parseSpecification([{ path: 'a.yaml', text }]).problems;

it.each(['vault:kv/db#password', 'aws-sm:prod/db', 'vault:', 'aws-sm: '])(
  'a secret is not yet read from where %s points',
  (reference) => {
    const [problem, ...others] = problemsOf(fileWith(reference));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      file: 'a.yaml',
      line: 4,
      column: 26,
      code: 'spec.not_supported_yet',
    });
    expect(problem?.message).toContain('env:NAME');
    expect(problem?.message).toContain('file:/path');
  },
);

it('what is no reference is told of the places that work, and of no others', () => {
  const [problem] = problemsOf(fileWith('hunter2'));
  expect(problem?.code).toBe('spec.bad_secret_reference');
  expect(problem?.message).not.toMatch(/vault|aws-sm|hunter2/);
});

it('no guard asks for approval yet: nobody could give it', () => {
  const [problem, ...others] = problemsOf(fileWith('env:PASSWORD', 'approve'));
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ line: 16, column: 41, code: 'spec.not_supported_yet' });
  expect(problem?.message).toContain('stop');
});

it('a guard of another word is told of the actions that work', () => {
  const [problem] = problemsOf(fileWith('env:PASSWORD', 'ask'));
  expect(problem).toMatchObject({ line: 16, column: 41, code: 'spec.bad_value' });
  expect(problem?.message).not.toContain('approve');
});
