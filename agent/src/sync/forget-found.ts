import { join } from 'node:path';
import type { Delivered } from './deliver.js';
import { remember } from './lookup-cache.js';
import type { Change } from './mapping.js';
import { valueColumn } from './mapping.js';
import type { Lookups } from './open-lookups.js';
import type { Plan } from './plan.js';
import { rowsOf } from './plan.js';
import { isWithin, rangeTable } from './range-table.js';
import { mergeRanges } from './ranges.js';
import type { Range } from './ranges.js';
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
    const refused = refusedByDestination(delivered.get(part.change));
    if (refused.length === 0) continue;
    isRefused = true;
    const file = join(run.tools.workDir, `refused-${part.change}.tsv`);
    const ranges = await rangeTable(file, { refused });
    for (const { lookup, matchColumns, table } of lookups.list) {
      const values = lookup.match.map(({ column }) => valueColumn(column)).join(', ');
      await run.duck.run(`update ${table} set outcome = 'forgotten'
        where outcome = 'found' and (${matchColumns.join(', ')}) in (select (${values})
          from ${rowsOf(part)} as p join ${ranges} as r on ${isWithin('p', 'r')})`);
    }
  }
  if (isRefused) for (const each of lookups.list) await remember(run, each);
}

/** What was not even found had nothing that could be forgotten. */
function refusedByDestination(delivered: Delivered | undefined): readonly Range[] {
  const all = Object.entries(delivered?.outcomes.refusals ?? {});
  return mergeRanges(all.flatMap(([code, rows]) => (code.startsWith('lookup.') ? [] : rows)));
}
