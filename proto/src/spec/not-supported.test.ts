import { expect, it } from 'vitest';
import { parseSpecification } from './parse.js';

/** What a run would refuse is refused where it is written. */
const fileWith = (secret: string): string => `sources:
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
