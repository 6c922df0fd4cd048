import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import { operationOf } from '../authz/operation.js';
import { rootFieldsOf, schemaOf, type RootField } from '../authz/root-field.js';
import type { TestApp, Workspace } from '../test-app.js';
import { Dice } from './dice.js';
import type { Plan, Tried } from './try-inputs.js';

/** Random values for every argument, over HTTP: each answer is typed, comes in time, and is no fault of ours. */
export async function tryGraphql(test: TestApp, as: Workspace, plan: Plan): Promise<Tried> {
  const roots = rootFieldsOf(await schemaOf(test, as)).filter(isAsked);
  const tried: Tried = { inputs: 0, slowestMs: 0, failures: [] };
  for (let input = plan.from; input < plan.until; input += 1) {
    const dice = new Dice(plan.seed, input);
    const root = roots[input % roots.length];
    if (!root) continue;
    const began = performance.now();
    const problem = await problemOf(test, as, requestOf(root, dice));
    const tookMs = performance.now() - began;
    tried.inputs += 1;
    tried.slowestMs = Math.max(tried.slowestMs, Math.round(tookMs));
    const late = tookMs > plan.limitMs ? `took ${Math.round(tookMs)} ms` : undefined;
    for (const failure of [problem, late].filter((one) => one !== undefined))
      tried.failures.push(`graphql, seed ${plan.seed}, input ${input}, ${root.name}: ${failure}`);
  }
  return tried;
}

/** Subscriptions go another way, and what takes nothing has nothing to be given. */
const isAsked = ({ kind, field }: RootField): boolean =>
  kind !== 'subscription' && field.args.length > 0;

function requestOf(root: RootField, dice: Dice): { query: string; variables: unknown } {
  const { query } = operationOf(root, { needed: '' });
  const variables = Object.fromEntries(
    root.field.args.map(({ name, type }) => [name, valueOf(type, dice, 0)]),
  );
  return { query, variables };
}

/** Mostly of the type, so that it gets past the first check; now and then of another one. */
function valueOf(type: GraphQLInputType, dice: Dice, depth: number): unknown {
  if (isNonNullType(type))
    return dice.once(20) ? null : valueOf(type.ofType as GraphQLInputType, dice, depth);
  if (dice.once(12)) return wild(dice);
  if (depth > 0 && dice.once(4)) return undefined;
  if (isListType(type))
    return Array.from({ length: dice.one([0, 1, 2, 40]) }, () =>
      valueOf(type.ofType as GraphQLInputType, dice, depth + 1),
    );
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields()).map((field) => [
        field.name,
        valueOf(field.type, dice, depth + 1),
      ]),
    );
  if (isEnumType(type)) return dice.one(['', ...type.getValues().map(({ name }) => name)]);
  return scalarOf(type.name, dice);
}

function scalarOf(name: string, dice: Dice): unknown {
  if (name === 'Boolean') return dice.once(2);
  if (name === 'Int') return dice.one([0, -1, 1, 2 ** 31 - 1, -(2 ** 31), dice.whole(1_000)]);
  if (name === 'Float') return dice.one([0, -0, 1e308, -1e-308, dice.whole(1_000) / 7]);
  if (name === 'DateTime')
    return dice.one(['2030-01-01T00:00:00Z', '0000-00-00', '+275760-09-13T00:00:00.001Z', '9999']);
  return textOf(dice);
}

const textOf = (dice: Dice): string =>
  dice.one<() => string>([
    () => '',
    () => 'ours-sync',
    () => 'x'.repeat(dice.one([99, 101, 1_000, 100_000])),
    () => '11111111-0000-4000-8000-000000000000',
    () => `${'\u202e'}${String.fromCodePoint(1 + dice.whole(0x10ffff))}\u0301 `,
    () => Buffer.from(dice.bytes(dice.whole(60))).toString('utf8'),
    () => Buffer.from(JSON.stringify([dice.whole(9), 'a'])).toString('base64url'),
    () => dice.one(['__proto__', 'constructor', '../..', '%00', '{{x}}', 'http://[::1]:0/', '*']),
    () => `sources: { s: { type: ${dice.one(['postgres', '*a', '!!x y'])} } }`,
  ])();

const wild = (dice: Dice): unknown =>
  dice.one<() => unknown>([
    () => null,
    () => dice.whole(2 ** 31) * 2 ** 21,
    () => textOf(dice),
    () => [[[[]]]],
    () => ({ a: { b: [1] }, toString: 1 }),
    () => JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown,
  ])();

const typed = /^[a-z_]+\.[a-z0-9_]+$/;

/** Undefined when the answer is one that a client can work with. */
async function problemOf(test: TestApp, as: Workspace, body: object): Promise<string | undefined> {
  const response = await fetch(`${test.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${as.apiKey}` },
    body: JSON.stringify(body),
  });
  const { errors = [] } = (await response.json()) as {
    errors?: { extensions?: { code?: string } }[];
  };
  if (response.status >= 500) return `was answered with ${response.status}`;
  const codes = errors.map(({ extensions }) => extensions?.code ?? '');
  if (codes.includes('internal.unexpected')) return `broke: ${JSON.stringify(body).slice(0, 600)}`;
  const untyped = codes.find((code) => !typed.test(code));
  return untyped === undefined ? undefined : `has an error with the code "${untyped}"`;
}
