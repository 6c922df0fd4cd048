import { duplicateWords, type DuplicatesEntry, type OrderEntry } from './entry.js';
import { listOf, mapped, nonEmptyText, oneOf, type Read, type Reader } from './reader.js';
import type { At } from './yaml-file.js';

export const duplicates = oneOf(duplicateWords);

const orderColumn: Reader<OrderEntry> = mapped(nonEmptyText, (text, at) => {
  const [, name = text, direction = 'asc'] = /^([\s\S]*\S)\s+(asc|desc)$/i.exec(text) ?? [];
  const column = name.trim();
  return column.length <= 200
    ? { value: { column, descending: direction.toLowerCase() === 'desc' } }
    : at.file.report(at, 'spec.bad_value', 'A column has a name of at most 200 characters.');
});

/** `[updated_at desc, id]`, the most important first. A column that ends in such a word is followed by another: `sort asc asc`. */
export const orderBy: Reader<OrderEntry[]> = mapped(listOf(orderColumn), (order, at) => {
  if (order.length === 0)
    return at.file.report(at, 'spec.missing', 'Name the columns, such as [updated_at desc].');
  if (order.length > 32)
    return at.file.report(at, 'spec.bad_value', 'Rows are put in order by at most 32 columns.');
  const columns = order.map(({ column }) => column);
  const twice = columns.find((column, index) => columns.indexOf(column) < index);
  if (twice === undefined) return { value: order };
  return at.file.report(at, 'spec.duplicate_name', `"${twice}" is in the order twice.`);
});

interface Written {
  duplicates: (typeof duplicateWords)[number];
  orderBy: OrderEntry[] | undefined;
}

/** Which copy is the first, an order says; without one it would be another copy in every run. */
export function duplicatesOf(
  { duplicates: word, orderBy: order }: Written,
  at: At,
): Read<DuplicatesEntry | undefined> {
  if (word === 'first' && !order)
    return at.file.reportInside(at, ['duplicates'], {
      code: 'spec.missing',
      message:
        '"duplicates: first" needs "orderBy": the columns that say which copy is the first, such as [updated_at desc].',
    });
  if (word !== 'first' && order)
    return at.file.reportInside(at, ['orderBy'], {
      code: 'spec.conflict',
      message:
        '"orderBy" says which of several copies of a key is the first. It means something to "duplicates: first" alone.',
    });
  if (word === 'first' && order) return { value: { keep: 'first', orderBy: order } };
  return { value: word === 'fail' ? { keep: 'fail' } : undefined };
}
