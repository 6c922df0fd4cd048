import { codesOf, type Answer } from '../test-app.js';
import { operationOf, type Operation } from './operation.js';
import { rootFieldsOf, schemaOf, type RootField } from './root-field.js';
import type { Stand } from './stand.js';
import { everythingOf } from './strangers-tries.js';

/** What would run, or break, where a text became a part of a statement, of a pattern, of JSON or of an array. */
const payloads: readonly string[] = [
  `' or '1'='1' union select token from "Session"; drop table "Run" cascade; --`,
  String.raw`\'); $$; commit; delete from "Workspace"; $$ {"a":"\u0000"} {"}", ${1} $1 %s ? %_`,
  'before\0after',
  'half of a pair \ud800',
];

/** Words of Postgres and of its library, which no answer may hold. */
const leaks =
  /syntax error|prisma|pg_|SQLSTATE|\b(22|42)[0-9A-Z]{3}\b|invocation|relation|violates|dbk_[A-Za-z0-9_-]{43}/i;

/**
 * The owner of a workspace puts each payload into each string input of each field in turn, with sound texts in all others
 * that must be there, and then into all at once. Nothing of the other workspace is shown or changed, nothing breaks, and the
 * tables stay as they are.
 */
export async function injections(stand: Stand): Promise<{ tried: number; failures: string[] }> {
  const { test, ours, theirMarks } = stand;
  const failures: string[] = [];
  let tried = 0;
  const before = [await everythingOf(stand), await shapeOf(stand)];
  const roots = rootFieldsOf(await schemaOf(test, ours));
  for (const root of roots.filter(({ kind }) => kind !== 'subscription'))
    for (const { query, variables } of operationsWith(root, stand)) {
      tried += 1;
      const answer = await test.ask(ours, query, variables);
      const problem = problemOf(answer, theirMarks);
      if (problem) failures.push(`${root.name} with ${JSON.stringify(variables)}: ${problem}`);
    }
  const after = [await everythingOf(stand), await shapeOf(stand)];
  if (after[0] !== before[0]) failures.push('A row of the other workspace was changed.');
  if (after[1] !== before[1]) failures.push('The tables, or who may do what, were changed.');
  return { tried, failures };
}

function operationsWith(root: RootField, { ourRun }: Stand): Operation[] {
  const takesId = root.field.args.some(({ type }) => String(type) === 'ID!');
  const sound = operationOf(root, { needed: takesId ? ourRun : 'ours-sync', everywhere: true });
  const widest = operationOf(root, { needed: 'sound', others: 'sound', everywhere: true });
  const places = placesIn(widest.variables);
  return payloads.flatMap((payload) => {
    const all = operationOf(root, { needed: payload, others: payload, everywhere: true });
    const one = places.map((place) => ({
      ...sound,
      variables: put(sound.variables, place, payload) as Record<string, unknown>,
    }));
    return places.length === 0 ? [] : [all, ...one];
  });
}

/** The way to each text within, by names and numbers. */
function placesIn(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value === 'string') return value === 'sound' ? [way] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...way, name]));
}

/** A copy with the text at the end of the way; what is missing on the way is made. */
function put(value: unknown, [name, ...rest]: readonly string[], text: string): unknown {
  if (name === undefined) return text;
  const inner = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (Array.isArray(value) || (value === undefined && name === '0'))
    return [put((value as unknown[] | undefined)?.[Number(name)], rest, text)];
  return { ...inner, [name]: put(inner[name], rest, text) };
}

function problemOf(answer: Answer<unknown>, theirMarks: readonly string[]): string | undefined {
  const codes = codesOf(answer);
  if (codes.includes('internal.unexpected')) return 'it broke';
  const messages = (answer.errors ?? []).map(({ message }) => withoutPayloads(message)).join('\n');
  const leaked = leaks.exec(messages)?.[0];
  if (leaked) return `its error says "${leaked}"`;
  const text = JSON.stringify(answer);
  const shown = theirMarks.find((mark) => text.includes(mark));
  return shown && `it showed ${shown}`;
}

/** A message may repeat what was asked. */
const withoutPayloads = (message: string): string =>
  payloads.reduce((rest, payload) => rest.replaceAll(payload, ''), message);

/** Tables, columns, policies, rights and triggers, as Postgres has them. */
async function shapeOf({ test: { database } }: Stand): Promise<string> {
  const shape = await database.$queryRaw`
    select c.relname, c.relacl::text, c.relrowsecurity,
      array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 order by 1) as columns,
      array(select polname::text from pg_policy where polrelid = c.oid order by 1) as policies,
      array(select tgname::text || tgenabled::text from pg_trigger where tgrelid = c.oid order by 1) as triggers
    from pg_class as c where c.relnamespace = 'public'::regnamespace order by 1`;
  return JSON.stringify(shape);
}
