import { parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { offerProblems } from './offer-problems.js';

function problemsOf(yaml: string) {
  const { specification, placeOf } = parseSpecification([{ path: 'test.yaml', text: yaml }]);
  return offerProblems(specification!, placeOf);
}

it('finds nothing in what an agent can be told', async () => {
  expect(await problemsOf(yamlOfSyncs(3))).toEqual([]);
});

it('names each sync that does not fit into one frame, where it stands', async () => {
  const sql = `sql: "select '${'x'.repeat(1_100_000)}' as id"`;
  const problems = await problemsOf(yamlOfSyncs(2).replace('table: public.person', sql));
  expect(problems.map(({ code, line }) => ({ code, line }))).toEqual([
    { code: 'spec.not_sendable', line: 9 },
    { code: 'spec.not_sendable', line: 10 },
  ]);
  for (const { message } of problems) expect(message.length).toBeLessThan(200);
});

it('names the rule of the wire that a sync breaks, and not the value', async () => {
  const yaml = yamlOfSyncs(1).replace('public.person_0', `"${'secret'.repeat(200)}"`);
  const [problem] = await problemsOf(yaml);
  expect(problem).toMatchObject({ code: 'spec.not_sendable' });
  expect(problem?.message).toContain('object');
  expect(problem?.message).not.toContain('secret');
});
