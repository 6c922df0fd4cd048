import type { SyncReport } from '../../sync/sync-request.js';
import type { Taken } from './far-side.js';
import type { Scenario } from './scenario.js';
import { isRefused } from './tables.js';
import type { RowText } from './tables.js';

/** What there is to judge when all runs are over. */
export interface Outcome {
  scenario: Scenario;
  /** The query's rows as they should arrive. */
  wanted: ReadonlyMap<string, RowText>;
  records: ReadonlyMap<string, RowText>;
  taken: readonly Taken[];
  /** What was at the destination before the sync began, and is not the sync's. */
  theirs: ReadonlyMap<string, RowText>;
  /** Of all runs that told what became of them, in order. */
  reports: readonly SyncReport[];
  resends: boolean;
  /** Some rows are refused. */
  isRefusing: boolean;
  /** Ids of records that are archived. */
  archived: ReadonlySet<string>;
}

/** What of a mode's promise is broken, in words; nothing when it is kept. Numbers are the invariants'. */
export function brokenPromises(outcome: Outcome): string[] {
  return [...theirsKept(outcome), ...promises[outcome.scenario.promise](outcome)];
}

const promises: Record<Scenario['promise'], (outcome: Outcome) => string[]> = {
  mirror: (outcome) => [
    ...arrived(outcome),
    ...missing('3: records are at the destination whose rows have left', outcome.records, (id) => outcome.wanted.has(id) || outcome.theirs.has(id)),
  ], // prettier-ignore
  stay: (outcome) => stayed(outcome, () => true),
  archive: (outcome) => stayed(outcome, (id) => outcome.archived.has(id)),
  clear: (outcome) => stayed(outcome, (id, row) => row === JSON.stringify([id, null, null])),
  set: (outcome) =>
    stayed(outcome, (_, row) => (JSON.parse(row) as (string | null)[])[1] === 'gone'),
  replace: ({ wanted, records }) => [
    ...missing(
      '3: rows of the query are not in the table',
      wanted,
      (id, row) => records.get(id) === row,
    ),
    ...missing('3: rows are in the table that are not in the query', records, (id) =>
      wanted.has(id),
    ),
  ],
  update: ({ wanted, records, theirs }) => [
    ...missing('3: existing records are not as the query says', records, (id, row) => !wanted.has(id) || wanted.get(id) === row),
    ...missing('3: records were made by mode update', records, (id) => theirs.has(id)),
  ], // prettier-ignore
  create: ({ wanted, records }) =>
    missing('3: rows of the query have no record', wanted, (id) => records.has(id)),
  append: appended,
  feed: fed,
};

function arrived({ wanted, records, archived, isRefusing }: Outcome): string[] {
  return [
    ...missing('3: rows of the query are not at the destination', wanted, (id, row) => (isRefusing && isRefused(row)) || records.get(id) === row),
    ...missing('3: records are archived whose rows are there', wanted, (id) => !archived.has(id)),
  ]; // prettier-ignore
}

/** Records of rows that have left are there still, as the sync says. */
function stayed(outcome: Outcome, isRight: (id: string, row: RowText) => boolean): string[] {
  const { wanted, records, theirs, taken } = outcome;
  const left = new Map([...records].filter(([id]) => !wanted.has(id) && !theirs.has(id)));
  const once = new Map(taken.map(({ id }) => [id, '']));
  return [
    ...arrived(outcome),
    ...missing('3: records of rows that left are gone', once, (id) => records.has(id)),
    ...missing('3: records of rows that left are not as the sync says', left, isRight),
  ];
}

/** Invariant 9, and what `create` promises of existing records. */
function theirsKept({ scenario, records, theirs }: Outcome): string[] {
  if (scenario.promise === 'replace') return [];
  const mayChange = scenario.promise === 'update';
  return missing('9: records that are not of this sync were touched', theirs, (id, row) =>
    mayChange ? records.has(id) : records.get(id) === row,
  );
}

function appended({ wanted, taken, reports, resends }: Outcome): string[] {
  const times = new Map<string, number>();
  for (const { id } of taken) times.set(id, (times.get(id) ?? 0) + 1);
  const absent = [...wanted.keys()].filter((id) => !times.has(id));
  const doubled = [...times].filter(([, count]) => count > 1);
  if (resends) return absent.length > 0 ? [told('3: rows were never appended', absent)] : [];
  const uncertain = reports.reduce((sum, report) => sum + heldBy(report), 0);
  return [
    ...(doubled.length > 0 ? [told('3: rows were appended twice', doubled.map(([id]) => id))] : []),
    ...(absent.length > uncertain
      ? [told(`3: more rows are missing than the ${uncertain} that are shown as uncertain`, absent)]
      : []),
  ]; // prettier-ignore
}

/** Who has read every message once knows the rows, but for those that are shown as uncertain. */
function fed({ scenario, wanted, records, taken, reports }: Outcome): string[] {
  const { isBlind = false } = scenario;
  const known = new Map<string, RowText>();
  const twice: string[] = [];
  for (const { id, change, row } of taken) {
    const had = known.get(id);
    const isNew = row === undefined ? isBlind || known.has(id) : row !== had;
    if (!isNew || (change === 'added' && had !== undefined)) twice.push(id);
    if (row === undefined) known.delete(id);
    else known.set(id, row);
  }
  const wrong = new Set(
    [...wanted].filter(([id, row]) => records.get(id) !== row).map(([id]) => id),
  );
  for (const id of records.keys()) if (!wanted.has(id)) wrong.add(id);
  const uncertain = reports.reduce((sum, report) => sum + heldBy(report), 0);
  return [
    ...(twice.length > 0 ? [told('3: messages were posted twice', twice)] : []),
    ...(wrong.size > uncertain
      ? [told(`3: more messages are missing than the ${uncertain} that are shown as uncertain`, [...wrong])]
      : []),
    ...(uncertain > 0 && !isBlind ? ['3: rows are uncertain although the history tells of them'] : []),
  ]; // prettier-ignore
}

/** In the run that met them, or in the one that found what another had left. */
function heldBy({ counts, errors }: SyncReport): number {
  return errors
    .filter(({ failure }) => failure.code === 'delivery.uncertain')
    .reduce((sum, { count }) => sum + count, counts.uncertain);
}

function missing(
  what: string,
  rows: ReadonlyMap<string, RowText>,
  holds: (id: string, row: RowText) => boolean,
): string[] {
  const wrong = [...rows].filter(([id, row]) => !holds(id, row)).map(([id]) => id);
  return wrong.length === 0 ? [] : [told(what, wrong)];
}

function told(what: string, ids: readonly string[]): string {
  return `${what}: ${ids.length} (${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''})`;
}
