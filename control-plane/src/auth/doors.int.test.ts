import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { nameOfRole } from '../database/role.js';
import { asOwner } from '../testing/as-owner.js';
import { Subscription } from '../testing/subscription.js';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let test: TestApp;
let ours: Workspace;
beforeAll(async () => {
  test = await openTestApp(inject('postgresUrl'));
  ours = await test.makeWorkspace('ours');
});
afterAll(() => test.close());

const keyed = () => ({ authorization: `Bearer ${ours.apiKey}` });

const post = async (path: string, body: object, headers: Record<string, string>) => {
  const answer = await fetch(test.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
};

/** As tools ask for types of types of types. */
const nested = (turns: number): string =>
  `{ __schema { types { fields { type { ${'ofType { '.repeat(turns)} name ${'} '.repeat(turns)} } } } } }`;

it('refuses a query that nests too deep, and does the one that just fits', async () => {
  expect(codesOf(await test.ask(ours, nested(9)))).toEqual([]);
  const deep = await test.ask(ours, nested(40));
  expect(codesOf(deep)).toEqual(['graphql.too_deep']);
  const query = `subscription ${nested(40)}`;
  const subscription = await Subscription.open(test.url, keyed(), { query });
  expect(codesOf(await subscription.answer())).toEqual(['graphql.invalid']);
  await subscription.close();
});

it('refuses a query of too many words, however flat it is', async () => {
  const flat = `{ ${Array.from({ length: 1_000 }, (_, n) => `a${n}: workspace { id }`).join(' ')} }`;
  expect(codesOf(await test.ask(ours, flat))).toEqual(['graphql.invalid']);
});

it('ends a line of subscriptions that says more than a megabyte at once', async () => {
  const variables = { text: 'x'.repeat(1024 * 1024) };
  const query = 'subscription { agentUpdated { id } }';
  const subscription = await Subscription.open(test.url, keyed(), { query, variables });
  await expect(subscription.answer()).rejects.toThrow('1009');
});

it('takes subscriptions alone over a line, and shows no fault of ours there', async () => {
  const asked = await Subscription.open(test.url, keyed(), { query: '{ workspace { id } }' });
  expect(codesOf(await asked.answer())).toEqual(['graphql.invalid']);
  await asked.close();
  const role = nameOfRole(test.config, 'tenant');
  await asOwner(test.config, `revoke select on "Run" from ${role}`);
  const query = `subscription { runUpdated(id: "${ours.id}") { id } }`;
  const broken = await Subscription.open(test.url, keyed(), { query });
  const answer = await broken.answer();
  await asOwner(test.config, `grant select on "Run" to ${role}`);
  expect(codesOf(answer)).toEqual(['internal.unexpected']);
  expect(JSON.stringify(answer)).not.toMatch(/prisma|denied|Run"/i);
  await broken.close();
});

it('answers a query that does not fit with what is wrong', async () => {
  const wrong = await test.ask(ours, '{ agents { edges { colour } } nope }');
  expect(codesOf(wrong)).toEqual(['graphql.invalid', 'graphql.invalid']);
  expect(wrong.errors?.[0]?.message).toContain('colour');
});

it('refuses the one character that Postgres can not keep, at every door', async () => {
  expect(codesOf(await test.ask(ours, '{ sync(name: "a\\u0000b") { name } }'))).toEqual([
    'text.holds_nul',
  ]);
  const refused = { status: 400, code: 'text.holds_nul' };
  expect(await post('/api/v1/syncs/a%00b/runs', {}, keyed())).toEqual(refused);
  const person = { email: 'a\0b@example.com', password: 'guessed again' };
  const origin = { origin: test.config.publicUrl };
  expect(await post('/api/auth/sign-in/email', person, origin)).toEqual(refused);
});

it('reads no more of a sign-in than one can have', async () => {
  const person = { email: 'a@example.com', password: 'x'.repeat(70_000) };
  const { status } = await post('/api/auth/sign-in/email', person, {
    origin: test.config.publicUrl,
  });
  expect(status).toBe(413);
});
