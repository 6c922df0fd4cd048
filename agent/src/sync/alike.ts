import { macName } from './hashing.js';
import { oldColumn, valueColumn } from './mapping.js';
import { countOf } from './passes.js';
import type { Run } from './run.js';

/**
 * Of the rows that are sent as changed, those whose values are as the baseline has them: they are sent for another reason.
 * Undefined where nobody can tell, because rows are known by an HMAC over other columns.
 */
export async function countAlike({
  baseline,
  shape,
  duck,
}: Pick<Run, 'baseline' | 'shape' | 'duck'>): Promise<number | undefined> {
  const former = new Set(baseline.manifest?.columns.map(({ name }) => name));
  const compared = shape.columns.filter(({ name }) => former.has(name));
  const hasSameColumns =
    compared.length === shape.columns.length && former.size === compared.length;
  if (shape.mac !== undefined && !hasSameColumns) return undefined;
  const names = shape.mac === undefined ? compared.map(({ name }) => name) : [macName];
  const same = names.map((name) => {
    const column = valueColumn(name);
    return `${column} is not distinct from ${oldColumn(name)}`;
  });
  return countOf(duck, `changed where ${same.join(' and ') || 'true'}`);
}
