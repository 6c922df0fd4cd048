import { Failure } from '../failure.js';
import type { Duck } from '../duck/duck.js';
import { lookupColumn, lookupsOf, matchColumn, numberOf } from './lookups.js';
import { valueColumn } from './mapping.js';
import type { Lookups, OpenLookup } from './open-lookups.js';
import { sentOf } from './plan.js';
import type { PlanPart } from './plan.js';
import type { FieldMapping } from './sync-request.js';
import type { Unsent } from './unsent.js';

/** SQL of rows with what was looked up for them beside their own columns. */
export function withLookups(rows: string, lookups: Lookups): string {
  if (lookups.list.length === 0) return rows;
  const values = lookups.list.map((_, n) => `${answers(n)}.value as ${lookupColumn(n)}`);
  return `(select p.*, ${values.join(', ')} from ${lookedUp(rows, lookups)})`;
}

interface Judging {
  fields: readonly FieldMapping[];
  lookups: Lookups;
  /** Records that were missing have been made. */
  made: boolean;
}

/**
 * Adds the rows of a part that are not sent because of what was looked up. A row that left is removed whatever it
 * referred to.
 */
export async function addRefused(
  unsent: Unsent,
  part: PlanPart & { upTo?: number },
  { duck, ...judging }: Judging & { duck: Duck },
): Promise<void> {
  const { lookups } = judging;
  if (lookups.list.length === 0 || part.change === 'removed') return;
  const { sql, reasons } = unsentReasons(judging);
  const rows = duck.numbers(`select ord::ubigint, reason::ubigint from (
      select p.ord, ${sql} as reason from ${lookedUp(sentOf(part), lookups)})
    where reason is not null order by ord`);
  for await (const [ords = none, whys = none] of rows)
    ords.forEach((ord, n) => unsent.add(Number(ord), reasons[Number(whys[n])]));
}

const none = new BigUint64Array();

/** SQL over `lookedUp` rows: the number of the reason why a row is not sent, or NULL. */
export function unsentReasons({ fields, lookups, made }: Judging): {
  sql: string;
  reasons: (Failure | undefined)[];
} {
  const reasons: (Failure | undefined)[] = [...lookups.failures];
  const number = (reason: Failure | undefined): number => reasons.push(reason) - 1;
  const cases = fields.flatMap((field) => casesOf(field, { fields, made, number }));
  return { sql: `case ${cases.join(' ')} end`, reasons };
}

/** The first field that has something against a row decides. */
function casesOf(
  { field, value, nulls }: FieldMapping,
  to: {
    fields: readonly FieldMapping[];
    made: boolean;
    number: (reason: Failure | undefined) => number;
  },
): string[] {
  if (value.kind !== 'lookup') return [];
  const { lookup } = value;
  const it = answers(numberOf(lookup, lookupsOf(to.fields)));
  const isMissing = `coalesce(${it}.outcome, 'missing') = 'missing'`;
  // What has a NULL among its values can't be made.
  const isLost = lookup.onMiss === 'create' && !to.made ? `${it}.outcome is null` : isMissing;
  const cases = [
    `when ${it}.outcome = 'rejected' then ${it}.failure`,
    `when ${it}.outcome = 'many' then ${to.number(many(field))}`,
  ];
  if (lookup.onMiss === 'skip') cases.push(`when ${isMissing} then ${to.number(undefined)}`);
  else if (lookup.onMiss !== 'null') cases.push(`when ${isLost} then ${to.number(missing(field))}`);
  const isNull = `${it}.value is null and not (${lookup.onMiss === 'create'} and ${isMissing})`;
  if (nulls === 'skip-row') cases.push(`when ${isNull} then ${to.number(undefined)}`);
  return cases;
}

const answers = (number: number): string => `l${number}`;

/** SQL of rows `p`, each with what each lookup found for it, `l0`, `l1`, … */
export function lookedUp(rows: string, { list }: Lookups): string {
  const joins = list.map(({ table, lookup }: OpenLookup, n) => {
    const same = lookup.match.map(
      ({ column }, m) => `p.${valueColumn(column)} = ${answers(n)}.${matchColumn(m)}`,
    );
    return `left join ${table} as ${answers(n)} on ${same.join(' and ')}`;
  });
  return `${rows} as p ${joins.join(' ')}`;
}

function missing(field: string): Failure {
  return new Failure(
    'REJECTED',
    'lookup.missing',
    'The destination has no record that this row refers to. The row is tried again in every run.',
    { detail: field },
  );
}

function many(field: string): Failure {
  return new Failure(
    'REJECTED',
    'lookup.many',
    'The destination has several records that this row could refer to. Match fields that are unique.',
    { detail: field },
  );
}
