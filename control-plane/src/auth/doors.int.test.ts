import {
  buildClientSchema,
  getIntrospectionQuery,
  isNonNullType,
  isScalarType,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type IntrospectionQuery,
  isInputObjectType,
} from 'graphql';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Subscription } from '../testing/subscription.js';
import {
  codesOf,
  openTestApp,
  type Answer,
  type TestApp,
  type Workspace,
} from '../testing/test-app.js';

let test: TestApp;
let ours: Workspace;
let theirs: Workspace;
beforeAll(async () => {
  test = await openTestApp(inject('postgresUrl'));
  ours = await test.makeWorkspace('ours');
  theirs = await test.makeWorkspace('theirs');
});
afterAll(() => test.close());

/** Some value of the type, so that the door is reached and not the check before it. */
function sample(type: GraphQLInputType): unknown {
  const named = getNamedType(type);
  if (isScalarType(named))
    return (
      { Int: 1, Float: 1, Boolean: false, DateTime: '2030-01-01T00:00:00Z' }[named.name] ?? ours.id
    );
  if (!isInputObjectType(named)) return null;
  const needed = Object.values(named.getFields()).filter((field) => isNonNullType(field.type));
  return Object.fromEntries(
    needed.map(({ name, type: inner }) => [
      name,
      String(inner).startsWith('[') ? [] : sample(inner),
    ]),
  );
}

type Kind = 'query' | 'mutation' | 'subscription';

function operation(kind: Kind, field: GraphQLField<unknown, unknown>) {
  const args = field.args.filter(({ type }) => isNonNullType(type));
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  return {
    query: `${kind} ${declared ? `(${declared})` : ''} { ${field.name}${passed ? `(${passed})` : ''} { __typename } }`,
    variables: Object.fromEntries(args.map(({ name, type }) => [name, sample(type)])),
  };
}

async function fieldsOf(kind: Kind): Promise<GraphQLField<unknown, unknown>[]> {
  const { data } = await test.ask<IntrospectionQuery>(ours, getIntrospectionQuery());
  const schema = buildClientSchema(data!);
  const types = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return Object.values((types[kind] as GraphQLObjectType).getFields());
}

it.each(['query', 'mutation'] as const)('opens no %s to nobody', async (kind) => {
  const fields = await fieldsOf(kind);
  expect(fields.length).toBeGreaterThan(5);
  for (const field of fields) {
    const { query, variables } = operation(kind, field);
    const codes = codesOf(await test.ask({}, query, variables));
    expect({ field: field.name, codes }).toEqual({ field: field.name, codes: ['auth.required'] });
  }
});

it('opens no subscription to nobody', async () => {
  const fields = await fieldsOf('subscription');
  expect(fields.length).toBeGreaterThan(1);
  for (const field of fields) {
    const { query, variables } = operation('subscription', field);
    const subscription = await Subscription.open(test.url, {}, { query, variables });
    const errors = (await subscription.next<Answer<unknown>['errors']>('error')) ?? [];
    expect({ field: field.name, codes: codesOf({ data: null, errors }) }).toEqual({
      field: field.name,
      codes: ['auth.required'],
    });
    await subscription.close();
  }
});

it('shows nothing of a workspace to another', async () => {
  const agentToken = await test.makeToken(theirs);
  expect(agentToken).toMatch(/^dbe_/);
  const pool = await test.database.pool.findFirstOrThrow({ where: { workspaceId: theirs.id } });
  const agent = await test.database.agent.create({
    data: { workspaceId: theirs.id, poolId: pool.id, publicKey: new Uint8Array(91) },
  });
  const { data } = await test.ask<{ agents: unknown[]; pools: { id: string }[] }>(
    ours,
    '{ agents { id } pools { id } }',
  );
  expect(data!.agents).toEqual([]);
  expect(data!.pools.map(({ id }) => id)).not.toContain(pool.id);
  const revoke = await test.ask(
    ours,
    'mutation ($id: ID!) { revokeAgent(input: { id: $id }) { agent { id } } }',
    { id: agent.id },
  );
  expect(codesOf(revoke)).toEqual(['agent.not_found']);
  const kept = await test.database.agent.findUniqueOrThrow({ where: { id: agent.id } });
  expect(kept.revokedAt).toBeNull();
});

it('answers a query that is too deep, or does not fit, with what is wrong', async () => {
  const deep = `{ sync(name: "x") ${'{ lastRun { id } runs { edges { node '.repeat(1)}${'{ id } } } } }'}`;
  expect(codesOf(await test.ask(ours, deep))).toEqual([]);
  const wrong = await test.ask(ours, '{ agents { id colour } nope }');
  expect(codesOf(wrong)).toEqual(['graphql.invalid', 'graphql.invalid']);
  expect(wrong.errors?.[0]?.message).toContain('colour');
});
