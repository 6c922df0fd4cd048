import { cut } from './mrkdwn.js';
import type { Block } from './template-blocks.js';
import { empty } from './row-text.js';
import { textOf } from './row.js';
import type { Row } from './row.js';

// https://docs.slack.dev/reference/block-kit/blocks/table-block (read 2026-11): 100 rows of 20 cells, one table a message.
const maxColumns = 20;
/** The texts of all cells. Slack refuses messages whose blocks hold some 13,000 characters (`msg_blocks_too_long`). */
const maxCharacters = 9_000;

/** Rows as a table with a line of names; a changed value as what it was and what it is. */
export function tableOf(rows: readonly Row[], columns: readonly string[]): Block {
  const shown = columns.slice(0, maxColumns);
  const most = Math.max(4, Math.floor(maxCharacters / ((rows.length + 1) * shown.length)));
  const cell = (text: string) => ({ type: 'raw_text', text: cut(text, most) || empty });
  return {
    type: 'table',
    rows: [
      shown.map(cell),
      ...rows.map((row) => shown.map((column) => cell(cellText(row, column)))),
    ],
  };
}

function cellText({ record, changes, isKnownFormer }: Row, column: string): string {
  const now = textOf(record[column]) || empty;
  const change = isKnownFormer ? changes.find(({ field }) => field === column) : undefined;
  return change ? `${textOf(change.old) || empty} → ${now}` : now;
}
