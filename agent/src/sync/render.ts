import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeText, isRawJson, jsonValueOf, recordOf, unescapeText } from '../connector/lines.js';
import type { Column } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure, failureOf } from '../failure.js';
import { withLookups } from './join-lookups.js';
import { csvOptions } from './work-files.js';
import { formerColumn, oldColumn, valueColumn } from './mapping.js';
import type { Mapping } from './mapping.js';
import type { Lookups } from './open-lookups.js';
import { rowsOf, sentOf } from './plan.js';
import type { PlanPart } from './plan.js';
import type { Unsent } from './unsent.js';

interface RenderContext {
  columns: readonly Column[];
  lookups: Lookups;
  duck: Duck;
  workDir: string;
  unsent: Unsent;
  /** With what the fields of changed rows were. */
  former?: boolean;
}

/** Writes the lines of a plan part to a file, in order and up to a row: key fields, then fields, then former ones. */
export async function renderPart(
  part: Rendered,
  mapping: Mapping,
  context: RenderContext,
): Promise<string> {
  const { duck, workDir, lookups } = context;
  const file = join(workDir, `deliver-${part.change}.tsv`);
  const isJoined = mapping.templates.length > 0 || lookups.list.length > 0;
  const former = hasFormer(part, context) ? mapping.formerExpressions() : [];
  await duck.run(`copy (select ${[...mapping.expressions(part.change), ...former].join(', ')}
      from ${await renderedRows(part, mapping, context)} ${isJoined ? 'order by ord' : ''})
    to ${quoteText(file)} (format csv, delimiter '\t', header false, quote '', escape '', nullstr '\\N')`);
  return file;
}

/** Rows of a part, up to one of them. */
type Rendered = PlanPart & { upTo: number };

/**
 * SQL of a part's rows with all that the mapping's expressions need. Only templates make objects of rows; what is looked
 * up is joined. Rows of which no record can be made are added to the unsent ones.
 */
export async function renderedRows(
  part: Rendered,
  mapping: Mapping,
  context: RenderContext,
): Promise<string> {
  const { duck, workDir, lookups } = context;
  await assertOrdered(part, duck);
  const rows = withLookups(sentOf(part), lookups);
  if (mapping.templates.length === 0) return rows;
  const rendered = join(workDir, `templates-${part.change}.tsv`);
  const longestLine = await renderTemplates(part, mapping, { ...context, rendered });
  const columns: Record<string, string> = { ord: 'UBIGINT' };
  for (const { column } of mapping.templates) columns[column] = 'VARCHAR';
  if (hasFormer(part, context))
    for (const { column } of mapping.templates) columns[formerColumn(column)] = 'VARCHAR';
  const made = `read_csv(${quoteText(rendered)}, ${csvOptions(columns, longestLine)})`;
  return `(select * from ${rows} join ${made} using (ord))`;
}

const hasFormer = ({ change }: PlanPart, { former = false }: RenderContext): boolean =>
  former && change === 'changed';

/** Outcomes are told by a row's place, so its number must be its place. */
async function assertOrdered(part: PlanPart, duck: Duck): Promise<void> {
  const [row] = await duck.rows(
    `select count(*) from (select ord, row_number() over () - 1 as place from ${rowsOf(part)}) where ord <> place`,
  );
  if (Number(row?.[0] ?? 0) > 0)
    throw new Failure('INTERNAL', 'internal.order', 'The rows of a plan are out of order.');
}

/** Resolves with the most bytes that a line has. */
async function renderTemplates(
  part: Rendered,
  mapping: Mapping,
  context: RenderContext & { rendered: string },
): Promise<number> {
  const { columns, duck, rendered, unsent } = context;
  const withFormer = hasFormer(part, context);
  let longestLine = 0;
  const textsOf = (fields: (string | null)[]): (string | null)[] | Failure =>
    renderRow(fields, mapping, columns);
  const none = mapping.templates.map(() => null);
  const lineOf = ([ord, ...fields]: (string | null)[]): string => {
    const texts = textsOf(fields);
    if (texts instanceof Failure) unsent.add(Number(ord), texts);
    const shown = texts instanceof Failure ? none : texts;
    // What can't be made of the former row isn't known; the row itself is sent all the same.
    const former = withFormer ? textsOf(fields.slice(columns.length)) : [];
    const all = [...shown, ...(former instanceof Failure ? none : former)];
    const line = `${ord}\t${all.map(escapeText).join('\t')}\n`;
    // A character is at most three bytes for each of its UTF-16 units.
    longestLine = Math.max(longestLine, line.length * 3);
    return line;
  };
  const names = columns.map(({ name }) => name);
  const list = [...names.map(valueColumn), ...(withFormer ? names.map(oldColumn) : [])].join(', ');
  const out = await open(rendered, 'w');
  try {
    for await (const rows of duck.texts(`select ord::varchar, ${list} from ${sentOf(part)}`))
      await out.writeFile(rows.map(lineOf).join(''));
  } finally {
    await out.close();
  }
  return longestLine;
}

function renderRow(
  fields: readonly (string | null)[],
  mapping: Mapping,
  columns: readonly Column[],
): string[] | Failure {
  try {
    const values = columns.map(({ type }, n) =>
      jsonValueOf(unescapeText(fields[n] ?? '\\N'), type),
    );
    const record = recordOf(
      columns.map(({ name }) => name),
      values.map(plain),
    );
    return mapping.templates.map(({ template }) => template.render(record));
  } catch (error) {
    return failureOf(error);
  }
}

/** Liquid prints what it is given: exact numbers as their digits, however deep in a JSON column. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isRawJson(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
