import type { Change } from './options.js';
import { textOf } from './row.js';
import type { Row } from './row.js';

/** RFC 4180. Of changed rows each field is followed by what it was, where that is known. NULL is nothing. */
export function csvOf(rows: readonly Row[], columns: readonly string[], change: Change): string {
  const isCompared = change === 'changed' && rows.every(({ isKnownFormer }) => isKnownFormer);
  const compared = isCompared
    ? columns.filter((column) => rows.some(({ fields }) => column in fields))
    : [];
  const line = (texts: readonly string[]): string => `${texts.map(quoted).join(',')}\r\n`;
  const names = columns.flatMap((column) =>
    compared.includes(column) ? [column, `${column} (before)`] : [column],
  );
  const lines = rows.map(({ record, changes }) =>
    line(
      columns.flatMap((column) => {
        const now = textOf(record[column]);
        if (!compared.includes(column)) return [now];
        const changed = changes.find(({ field }) => field === column);
        return [now, changed ? textOf(changed.old) : now];
      }),
    ),
  );
  return line(names) + lines.join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
