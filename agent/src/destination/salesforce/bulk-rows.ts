import type { OperationKind } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { FieldRule } from './field-rule.js';
import { cellOf } from './csv-rewriter.js';
import type { Cell, Rewriting } from './csv-rewriter.js';
import { writesRow } from './writing.js';
import type { Writing } from './writing.js';

/**
 * What stands for NULL in a job's CSV; a cell with nothing in it leaves the field as it is.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm (read 2026-11)
 */
export const nullText = '#N/A';

/**
 * How the engine's file becomes a job's: its columns, and each of its lines. `columns`: those of the file. A row that a job
 * can not say becomes no line.
 */
export function rewritingFor(
  kind: OperationKind,
  columns: readonly string[],
  writing: Writing,
): Rewriting {
  const { key, constants } = writing;
  const places = placesIn(kind, columns, writing);
  const fixed = constants[kind] ?? [];
  const fixedCells = fixed.map(({ text }) => (text === null ? nullText : cellOf(text)));
  const tail = fixedCells.map((cell) => `,${cell}`).join('');
  // Without a key a row is known again by all that was sent; a new record has nothing that an empty text would leave.
  const emptyText = key ? nullText : '""';
  return {
    header: [...places.map(({ rule }) => rule.name), ...fixed.map(({ field }) => field.name)],
    row: (cells) => {
      const row = places.map(({ rule, at }) => rewritten(rule, cells[at], emptyText));
      return row.includes(undefined) ? '' : `${row.join(',')}${tail}\n`;
    },
  };
}

/** Whether a job can not say a row: one of its texts would be NULL there. */
export function unsayable(
  kind: OperationKind,
  columns: readonly string[],
  writing: Writing,
): (cells: readonly Cell[]) => boolean {
  const places = placesIn(kind, columns, writing);
  return (cells) => places.some(({ rule, at }) => rewritten(rule, cells[at], '') === undefined);
}

interface Place {
  rule: FieldRule;
  at: number;
}

function placesIn(
  kind: OperationKind,
  columns: readonly string[],
  { key, fields }: Writing,
): Place[] {
  const rules = [...(key ? [key] : []), ...fields.filter((rule) => rule !== undefined)];
  const written = rules.filter((rule) => rule === key || writesRow(kind));
  return written.map((rule) => ({ rule, at: columns.indexOf(rule.name) }));
}

/** Undefined is a text that a job takes for NULL. */
function rewritten(rule: FieldRule, cell: Cell | undefined, emptyText: string): string | undefined {
  if (!cell || (!cell.isQuoted && cell.text === nullText)) return rule.omitsNulls ? '' : nullText;
  const text = rule.fit ? fitOrAsItIs(rule.fit, cell.text) : cell.text;
  if (text === nullText) return undefined;
  // An empty text is no text to Salesforce; in a job it would leave the field as it is.
  return text === '' ? emptyText : cellOf(text);
}

/** What can't be made to fit is refused by Salesforce in the results, with its row. */
function fitOrAsItIs(fit: (text: string) => string, text: string): string {
  try {
    return fit(text);
  } catch (error) {
    if (error instanceof Failure) return text;
    throw error;
  }
}
