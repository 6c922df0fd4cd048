import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Found } from '../connector/destination.js';
import { unescapeText } from '../connector/lines.js';
import { crashPoint } from '../crash-point.js';
import { create } from './ask.js';
import type { Question } from './ask.js';
import { lookedUp, unsentReasons } from './join-lookups.js';
import type { Lookups, OpenLookup } from './open-lookups.js';
import { countOf } from './passes.js';
import { sentOf } from './plan.js';
import type { PlanPart } from './plan.js';
import { gather } from './resolve.js';
import type { Run } from './run.js';

/**
 * Makes the records that rows of a part refer to and that are missing, where the sync says so, just before the rows
 * leave: what a guard withholds or a canary leaves for later makes nothing. They are no rows of the sync, so no count has
 * them; `log/created` tells them.
 */
export async function makeMissing(
  run: Run,
  part: PlanPart & { upTo: number },
  lookups: Lookups,
): Promise<void> {
  if (part.change === 'removed') return;
  for (const [n, each] of lookups.list.entries()) {
    if (each.lookup.onMiss !== 'create') continue;
    const asked = `made_${each.table}`;
    await run.duck.run(`create table ${asked} as ${missingSql(n, { run, part, lookups })}`);
    if ((await countOf(run.duck, asked)) > 0) await make(run, each, { part, lookups, asked });
    await run.duck.run(`drop table ${asked}`);
  }
}

/** What is missing for rows that nothing else speaks against. */
function missingSql(
  number: number,
  { run, part, lookups }: { run: Run; part: PlanPart & { upTo: number }; lookups: Lookups },
): string {
  const answer = `l${number}`;
  const columns = lookups.list[number]?.matchColumns.map((name) => `${answer}.${name}`) ?? [];
  const { sql } = unsentReasons({ fields: run.request.fields, lookups, made: false });
  return `select distinct ${columns.join(', ')} from ${lookedUp(sentOf(part), lookups)}
    where ${answer}.outcome = 'missing' and ${sql} is null`;
}

async function make(
  run: Run,
  each: OpenLookup,
  { part, lookups, asked }: { part: PlanPart; lookups: Lookups; asked: string },
): Promise<void> {
  const { request, tools, paths, runId, startedAt } = run;
  const log = join(tools.workDir, `${asked}-${part.change}.jsonl`);
  const ask = async (question: Question): Promise<Found[]> => {
    const found = await create(question, each.finder, tools);
    if (request.snapshots === 'full') await appendFile(log, logLines(each, question, found));
    return found;
  };
  const columns = each.matchColumns.join(', ');
  await run.duck.run(
    `delete from ${each.table} where (${columns}) in (select (${columns}) from ${asked})`,
  );
  const { maxRows, maxMade = maxRows } = each.finder;
  crashPoint('make.before');
  await gather(run, each, { lookups, asked, ask, maxRows: maxMade });
  crashPoint('make.after');
  if (request.snapshots !== 'full') return;
  const name = `${runId}-${tools.lease.epoch}-${part.change}-${each.table}`;
  await tools.store.upload(paths.created(startedAt, name), log);
  crashPoint('make.told');
}

function logLines({ lookup, match }: OpenLookup, { lines }: Question, found: Found[]): string {
  const told = found.flatMap((answer, n) => {
    if (answer.kind !== 'found') return [];
    const texts = (lines[n] ?? '').split('\t').map(unescapeText);
    const by = Object.fromEntries(match.map(({ name }, m) => [name, texts[m] ?? null]));
    const { object, returns } = lookup;
    return [`${JSON.stringify({ object, match: by, returns, value: answer.text })}\n`];
  });
  return told.join('');
}
