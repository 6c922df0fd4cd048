import type { Delivered } from './deliver.js';
import { remember } from './lookup-cache.js';
import type { Change } from './mapping.js';
import { valueColumn } from './mapping.js';
import type { Lookups } from './open-lookups.js';
import type { Outcomes } from './outcomes.js';
import type { Plan } from './plan.js';
import { rowsOf } from './plan.js';
import type { Run } from './run.js';

/**
 * A row may be refused because the record that it was given is gone. Were that believed for the rest of its hour, so would
 * be the refusals; so what refused rows were given is looked up anew by the next run.
 */
export async function forgetFound(
  run: Run,
  { parts }: Plan,
  { lookups, delivered }: { lookups: Lookups; delivered: ReadonlyMap<Change, Delivered> },
): Promise<void> {
  if (lookups.list.length === 0) return;
  let isRefused = false;
  for (const part of parts) {
    const outcomes = delivered.get(part.change)?.outcomes;
    if (!outcomes?.codes.some(isOfDestination)) continue;
    isRefused = true;
    await run.duck.withNumbers(
      (row) => Number(isRefusedByDestination(outcomes, row)),
      async (numberOf) => {
        const refused = `(select * from ${rowsOf(part)} where ${numberOf('ord')} = 1)`;
        for (const { lookup, matchColumns, table } of lookups.list) {
          const values = lookup.match.map(({ column }) => valueColumn(column)).join(', ');
          await run.duck.run(`update ${table} set outcome = 'forgotten'
            where outcome = 'found' and (${matchColumns.join(', ')}) in (select (${values}) from ${refused})`);
        }
      },
    );
  }
  if (isRefused) for (const each of lookups.list) await remember(run, each);
}

function isRefusedByDestination(outcomes: Outcomes, row: number): boolean {
  const code = outcomes.codeOf(row);
  return code !== undefined && isOfDestination(outcomes.codes[code] ?? '');
}

/** What was not even found had nothing that could be forgotten. */
const isOfDestination = (code: string): boolean => !code.startsWith('lookup.');
