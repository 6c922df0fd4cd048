import { operationOf, type Operation, type Texts } from './operation.js';
import type { RootField } from './root-field.js';
import type { Stand } from './stand.js';

/** The owner of one workspace asks with every id and name of another: nothing of it comes back, and nothing of it changes. */
export async function strangersTries(
  stand: Stand,
  roots: readonly RootField[],
): Promise<{ tried: number; failures: string[] }> {
  const { test, ours, theirMarks } = stand;
  const failures: string[] = [];
  let tried = 0;
  const before = await everythingOf(stand);
  for (const root of roots.filter(({ kind }) => kind !== 'subscription'))
    for (const [sent, { query, variables }] of operationsWith(root, theirMarks)) {
      tried += 1;
      const answer = JSON.stringify(await test.ask(ours, query, variables));
      const shown = theirMarks.filter((mark) => !sent.includes(mark) && answer.includes(mark));
      if (shown.length > 0) failures.push(`${root.name} with ${sent}: showed ${shown.join(', ')}`);
    }
  if ((await everythingOf(stand)) !== before)
    failures.push('A row of the other workspace was changed.');
  return { tried, failures };
}

/** By what they send: each mark alone and in every place, and lists that nothing narrows; none of them twice. */
function operationsWith(root: RootField, marks: readonly string[]): Map<string, Operation> {
  const texts: Texts[] = [
    { needed: 'nothing of that name' },
    ...marks.flatMap((mark) => [{ needed: mark }, { needed: mark, others: mark }]),
  ];
  const operations = texts.map((each) => operationOf(root, each));
  return new Map(operations.map((each) => [JSON.stringify(each.variables), each]));
}

/** Every row of every table that names the other workspace. */
export async function everythingOf({ test: { database }, theirs }: Stand): Promise<string> {
  const tables = await database.$queryRaw<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'workspaceId' order by 1`;
  const rows: unknown[] = [];
  for (const { name } of tables)
    rows.push(
      await database.$queryRawUnsafe(
        `select to_jsonb(t)::text as row from "${name}" t where "workspaceId" = $1::uuid order by 1`,
        theirs.id,
      ),
    );
  return JSON.stringify(rows);
}
