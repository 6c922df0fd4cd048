import { may, roles } from '../../auth/role.js';
import { Notices } from '../../database/notices.js';
import { Subscription } from '../subscription.js';
import { codesOf } from '../test-app.js';
import { rootRules } from './field-rules.js';
import { operationOf, type Operation } from './operation.js';
import { rootFieldsOf, schemaOf, type RootField } from './root-field.js';
import type { Knocker, Stand } from './stand.js';
import { strangersTries } from './strangers-tries.js';
import { countFields, gapsOf } from './tables.js';

export interface Walked {
  fields: number;
  roles: number;
  tried: number;
  failures: string[];
}

/** Doors that are shut; or the walk asked wrongly, or broke something. */
const doors: ReadonlySet<unknown> = new Set([
  'auth.required',
  'auth.bad_key',
  'auth.forbidden',
  'graphql.invalid',
  'internal.unexpected',
]);

/** Asks for everything as everybody, with real requests, and holds each answer against the table. */
export async function walk(stand: Stand): Promise<Walked> {
  const schema = await schemaOf(stand.test, stand.ours);
  const failures = gapsOf(schema);
  let tried = 0;
  for (const root of rootFieldsOf(schema))
    for (const knocker of stand.knockers) {
      tried += 1;
      const expected = expectedOf(root, knocker);
      const seen = await doorOf(stand, root, knocker);
      if (seen !== expected)
        failures.push(`${root.name} as ${knocker.name}: ${seen}, and the table says ${expected}`);
    }
  const strangers = await strangersTries(stand, rootFieldsOf(schema));
  return {
    fields: countFields(schema),
    roles: roles.length,
    tried: tried + strangers.tried,
    failures: [...failures, ...strangers.failures],
  };
}

function expectedOf({ name }: RootField, { expects }: Knocker): string {
  if (expects === 'auth.required' || expects === 'auth.bad_key') return expects;
  const rule = rootRules[name];
  return rule && may(expects, rule) ? 'open' : 'auth.forbidden';
}

/**
 * `open`, or the code of what stood in the way. A query must answer with all that there is; a mutation is asked for what
 * does not exist, and whatever it says of that comes from behind the door.
 */
async function doorOf(stand: Stand, root: RootField, { headers }: Knocker): Promise<string> {
  const codes = await codesAt(stand, root, headers);
  const stops = root.kind === 'mutation' ? codes.filter((code) => doors.has(code)) : codes;
  return stops[0] ?? 'open';
}

async function codesAt(
  stand: Stand,
  root: RootField,
  headers: Record<string, string>,
): Promise<(string | undefined)[]> {
  const nothing = 'nothing of that name';
  if (root.kind === 'mutation') {
    const { query, variables } = operationOf(root, { needed: nothing, others: nothing });
    return codesOf(await stand.test.ask(headers, query, variables));
  }
  const takesId = root.field.args.some(({ type }) => String(type) === 'ID!');
  const operation = operationOf(root, { needed: takesId ? stand.ourRun : 'ours-sync' });
  if (root.kind === 'subscription') return codesOfSubscription(stand, headers, operation);
  return codesOf(await stand.test.ask(headers, operation.query, operation.variables));
}

/** An agent of ours changes until the subscriber was told something: of it, or that the door is shut. */
async function codesOfSubscription(
  { test, ours, ourAgent }: Stand,
  headers: Record<string, string>,
  operation: Operation,
): Promise<(string | undefined)[]> {
  const subscription = await Subscription.open(test.url, headers, operation);
  const told = new AbortController();
  const answer = subscription.answer().finally(() => told.abort());
  for (let turn = 1; !told.signal.aborted; turn += 1) {
    await test.database.agent.update({
      where: { id: ourAgent },
      data: { version: `1.0.${turn}` },
    });
    const notice = { kind: 'agent_updated', workspaceId: ours.id, agentId: ourAgent } as const;
    await test.app.get(Notices).publish(notice);
  }
  const codes = codesOf(await answer);
  await subscription.close();
  return codes;
}
