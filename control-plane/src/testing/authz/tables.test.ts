import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { gapsOf } from './tables.js';

const gapsIn = (text: string): string[] =>
  gapsOf(buildSchema(text)).filter((gap) => !gap.endsWith('the schema does not'));

it('names a field and a type that no rule names', () => {
  const schema = 'type Query { viewer: Viewer secrets: [Secret!] } type Viewer { name: String } ';
  expect(gapsIn(`${schema} type Secret { text: String }`)).toEqual([
    'Query.secrets: no rule names it',
    'Secret.*: no rule names it',
  ]);
});

it('names a rule for what is not there', () => {
  expect(gapsOf(buildSchema('type Query { viewer: Int }'))).toContain(
    'Query.audit: a rule names it and the schema does not',
  );
});

it('names who is led to what they may not see', () => {
  const schema = 'type Query { agents: [Agent!] } type Agent { by: [ApiKey!] } ';
  expect(gapsIn(`${schema} type ApiKey { id: ID }`)).toEqual(
    ['editor', 'operator', 'viewer'].map(
      (role) => `Query.agents: leads a ${role} to ApiKey.*, which needs key.read`,
    ),
  );
});
