import { join } from 'node:path';
import type { AnyTarget } from '../connector/destination.js';
import type { RowStream } from '../connector/source.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { ObjectPointer } from '../store/store.js';
import { allCached } from './baseline.js';
import { judge } from './guard.js';
import { asOld, valueColumn } from './mapping.js';
import type { Change } from './mapping.js';
import { operationKind } from './operation.js';
import { countOf, inPasses, passesOf } from './passes.js';
import type { LeftOut, Plan } from './plan.js';
import { viewRejected } from './rejected-view.js';
import { assertRemovable } from './removal-key.js';
import type { Run } from './run.js';
import { expired, notPossible, readSent, removalOf } from './undo-log.js';
import type { SentByRun } from './undo-log.js';
import { findLatest } from './values.js';
import type { Latest, ValueFile } from './values.js';
import { asParquet, parquet } from './work-files.js';

// Taking back what a run sent: changed rows get their old values, removed ones are made again, added ones are removed.
// It is a run like any other from the plan on: guards, dry run, delivery, record and log. It reads the log of that run
// in place of the query.
//
// A row is taken back only while the baseline has it as that run left it, or says that it may have become by now what it
// is to become: an attempt at the undo was cut off there. What a later run made of it stays, and is counted as skipped.
// Afterwards the baseline holds the old values, for the destination has acknowledged them. So the next ordinary run finds
// the query's values as changes and sends them again: pause the sync, or mend the model, first.

/** In place of the query: the columns, and no rows. */
export async function openUndo(run: Run, undone: string): Promise<RowStream> {
  const { request, baseline, tools, paths } = run;
  const { manifest } = baseline;
  const { store, signal } = tools;
  run.sent = await readSent(undone, { request, manifest, store, paths, signal });
  if (run.sent.some(({ files }) => files.some(({ change }) => change === 'added'))) {
    run.request = { ...request, onRemoved: removalOf(request) ?? request.onRemoved };
    assertRemovable(run.request);
  }
  return {
    columns: manifest?.columns ?? [],
    form: manifest?.form ?? '',
    chunks: (async function* () {})(),
    close: async () => undefined,
  };
}

/** The opposite of what was sent, in the parts of a plan. */
export async function planUndo(run: Run, target: AnyTarget): Promise<Plan> {
  const { baseline, duck, meter } = run;
  const { manifest } = baseline;
  if (!manifest) throw expired();
  const { seed, columns, keyColumns, form, mapping } = manifest;
  const { target: where, place } = run.shape;
  run.shape = { seed: BigInt(seed), columns, keyColumns, target: where, place, form, mapping };
  await viewRejected(manifest, run, { tolerant: false });
  meter.enter('diff');
  await viewOpposites(run, run.sent ?? []);
  meter.enter('plan');
  for (const change of order) meter.counts[change] = await countOf(duck, part(change, true));
  const allowing = { ...run.request.guards, emptyResult: 'allow' as const };
  const judged = judge({ ...run.request, guards: allowing }, meter.counts, manifest.rows);
  run.unapproved = judged.unapproved;
  const planned: Plan = { parts: [], leftOut: [] };
  for (const change of order) await planPart(change, planned, { run, target, ...judged });
  return planned;
}

const order: readonly Change[] = ['removed', 'changed', 'added'];

/** SQL of the opposites of one kind: those that can be sent, or those that something later stands against. */
const part = (change: Change, isCurrent: boolean): string =>
  `(select * from opposites where change = '${change}' and ${isCurrent ? '' : 'not '}is_current)`;

async function planPart(
  change: Change,
  planned: Plan,
  { run, target, withheld }: { run: Run; target: AnyTarget; withheld: ReadonlySet<Change> },
): Promise<void> {
  const { request, duck, meter, tools } = run;
  const { counts } = meter;
  const former = run.shape.columns.map(({ name }) => asOld(valueColumn(name)));
  const besides = ['change', 'is_current', ...(change === 'changed' ? [] : former)];
  const keep = async (isCurrent: boolean, name: string): Promise<string> => {
    const file = join(tools.workDir, `undo-${change}-${name}.parquet`);
    await duck.run(`copy (select row_number() over () - 1 as ord, * exclude (${besides.join(', ')})
      from ${part(change, isCurrent)}) to ${quoteText(file)} ${asParquet}`);
    return file;
  };
  const leave = async (outcome: LeftOut['outcome'], rows: number): Promise<void> => {
    if (rows === 0) return;
    counts[outcome] += rows;
    const files = [await keep(outcome !== 'skipped', outcome)];
    planned.leftOut.push({ change, outcome, rows, files });
  };
  const rows = counts[change];
  const overtaken = await countOf(duck, part(change, false));
  counts[change] += overtaken;
  await leave('skipped', overtaken);
  if (withheld.has(change)) return leave('withheld', rows);
  if (rows === 0) return;
  const kind = operationKind(request, change);
  if (kind === undefined) throw notPossible();
  // What may not be sent twice is no state that could be put back.
  if (change === 'changed' && !target.isRepeatable(kind, change)) throw notPossible();
  planned.parts.push({ change, kind, rows, files: [await keep(true, 'plan')] });
  meter.planned += rows;
}

/** Rows that are compared in one go: as sent, as they were, and as the baseline has them. */
const passRows = 50_000;

/**
 * Makes `opposites`: what each row has to become (`c:`), what it is (`o:`), by which change, and whether the baseline has
 * it as it was left. A row that several attempts have sent goes back to what it was before the first.
 */
async function viewOpposites(run: Run, sent: readonly SentByRun[]): Promise<void> {
  const { duck, tools, shape } = run;
  const names = shape.columns.map(({ name }) => name);
  await viewTaken(run, sent, names);
  const passes = passesOf(Math.ceil((await countOf(duck, 'taken')) / passRows) || 1);
  const latest = await latestOf(run, { names, passes });
  const is = names.map(valueColumn);
  await inPasses(duck, 'opposites', {
    passes,
    workDir: tools.workDir,
    select: (pass) => oppositesSql(pass, { is, latest }),
  });
}

/** In the baseline until it turns out to be something else: no row's own fingerprint, so the next run compares the values. */
const unseenFingerprint = '16::ubigint';

function oppositesSql(pass: string, { is, latest }: { is: string[]; latest: Latest }): string {
  const was = is.map(asOld);
  const isThere = `l.change <> 'removed'`;
  const wasThere = `f.change <> 'added'`;
  const asLeft = is.map((column) => `v.${column} is not distinct from l.${column}`);
  const alike = is.map((column, n) => `f.${was[n]} is not distinct from l.${column}`);
  // Recorded as it was to be sent, and nobody knows whether it was; see `record.ts`.
  const same = [
    'v.rh = 8',
    wasThere,
    ...is.map((column, n) => `v.${column} is not distinct from f.${was[n]}`),
  ].join(' and ');
  const mayBeBack = `coalesce(${same}, false)`;
  const values = is.map(
    (column, n) => `case when ${wasThere} then f.${was[n]} else l.${column} end as ${column}`,
  );
  const former = is.map((column, n) => `l.${column} as ${was[n]}`);
  return `with t as (select * from taken where ${pass}),
      ends as (select klo, khi, min(attempt) as first, max(attempt) as last from t group by klo, khi)
    select case when not ${wasThere} then 'removed' when ${isThere} or ${mayBeBack} then 'changed' else 'added' end as change,
      ${mayBeBack} or
        case when ${isThere} then v.klo is not null and v.rh % 8 = 0 and v.rh <> 8 and ${asLeft.join(' and ')}
        else v.klo is null end as is_current,
      l.klo, l.khi, case when ${wasThere} then ${unseenFingerprint} else 0::ubigint end as rh,
      ${[...values, ...former].join(', ')}
    from ends as e
    join t as f on f.klo = e.klo and f.khi = e.khi and f.attempt = e.first
    join t as l on l.klo = e.klo and l.khi = e.khi and l.attempt = e.last
    left join (select * from (${latest(pass)}) where not gone) as v on v.klo = l.klo and v.khi = l.khi
    where (${wasThere} or ${isThere}) and not (${wasThere} and ${isThere} and ${alike.join(' and ')})`;
}

/** What was sent, attempt by attempt: `c:` as it was left, `o:` as it was before. */
async function viewTaken(
  run: Run,
  sent: readonly SentByRun[],
  names: readonly string[],
): Promise<void> {
  const selects: string[] = [];
  for (const [attempt, { files }] of sent.entries())
    for (const { change, files: pointers } of files) {
      const paths = await fetched(run, pointers);
      const columns = names.flatMap((name) => takenColumns(change, valueColumn(name)));
      selects.push(`select ${attempt} as attempt, '${change}' as change, klo, khi, ${columns.join(', ')}
        from ${parquet(paths)}`);
    }
  await run.duck.run(`create view taken as ${selects.join(' union all by name ')}`);
}

function takenColumns(change: Change, column: string): string[] {
  const nothing = 'cast(null as varchar)';
  const was = asOld(column);
  if (change === 'changed') return [column, was];
  return change === 'added'
    ? [column, `${nothing} as ${was}`]
    : [`${nothing} as ${column}`, `${column} as ${was}`];
}

async function fetched({ tools }: Run, pointers: readonly ObjectPointer[]): Promise<string[]> {
  return allCached(tools, pointers).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'baseline.missing') throw expired();
    throw error;
  });
}

async function latestOf(
  { baseline, duck, tools }: { baseline: Run['baseline']; duck: Duck; tools: Run['tools'] },
  by: { names: readonly string[]; passes: readonly string[] },
): Promise<Latest> {
  const files: ValueFile[] = [];
  for (const { kind, values } of baseline.manifest?.segments ?? [])
    files.push({ paths: await allCached(tools, values), gone: kind === 'remove' });
  return findLatest(duck, 'latest_values', { ...by, files, wanted: 'taken' });
}
