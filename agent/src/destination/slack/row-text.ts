import type { Change } from './options.js';
import { cut, escapeMrkdwn } from './mrkdwn.js';
import { textOf } from './row.js';
import type { Row } from './row.js';

// What a message says of a row where no template does.

const words: Readonly<Record<Change, string>> = {
  added: 'Added',
  changed: 'Changed',
  removed: 'Removed',
};
const mostFields = 20;
const longestValue = 500;
/** What stands for NULL. */
export const empty = '–';

/** `*Changed* 17`, and below it each field; of a changed row the fields that are other ones, as `plan: free → pro`. */
export function rowText(row: Row, change: Change, without: string | undefined): string {
  const lines =
    change === 'changed'
      ? row.changes.map(
          ({ field, old, new: value }) => [field, before(old) + shown(value)] as const,
        )
      : Object.entries(row.fields).map(([field, value]) => [field, shown(value)] as const);
  const told = lines.filter(([field]) => field !== without);
  const list = told
    .slice(0, mostFields)
    .map(([field, text]) => `• ${escapeMrkdwn(cut(field, longestValue))}: ${text}`);
  const rest = told.length - list.length;
  return [headline(row, change), ...list, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

export function headline({ key }: Row, change: Change): string {
  const name = Object.values(key).map((value) => shown(value));
  return [`*${words[change]}*`, name.join(', ')].join(' ').trim();
}

/** In Slack's markup. */
export function headingText(count: number, change: Change): string {
  return `*${count.toLocaleString('en')} ${count === 1 ? 'row was' : 'rows were'} ${change}*`;
}

function before(old: unknown): string {
  return old === undefined ? '' : `${shown(old)} → `;
}

function shown(value: unknown): string {
  return escapeMrkdwn(cut(textOf(value), longestValue)) || empty;
}
