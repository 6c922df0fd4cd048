import { quoteIdentifier } from '../../connector/postgres-wire.js';
import type { SourceQuery } from '../../connector/source.js';

/**
 * Only the first row of each key, by the order that was asked for. Keys are told apart by the texts that are read, so a
 * type that takes two texts for one (citext) loses none. Rows that tie go by what is read of them: the same rows give the
 * same first one in every run. A key with NULL is no key; all of its rows are read.
 */
export function firstCopies(
  from: string,
  columns: readonly string[],
  { key, orderBy }: NonNullable<SourceQuery['first']>,
): string {
  const text = (name: string): string => `model.${quoteIdentifier(name)}::text collate "C"`;
  const order = orderBy.map(
    ({ column, descending }) =>
      `model.${quoteIdentifier(column)} ${descending ? 'desc' : 'asc'} nulls last`,
  );
  const by = [...order, ...columns.map(text)].join(', ');
  const isNull = key.map((name) => `model.${quoteIdentifier(name)} is null`);
  return `from (select model.*,
      row_number() over (partition by ${key.map(text).join(', ')} order by ${by}) as ${copy}
    ${from}) as model where ${[`model.${copy} = 1`, ...isNull].join(' or ')}`;
}

/** No column of a model is called so. */
const copy = quoteIdentifier('drawbridge:copy');
