import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeText, isRawJson, jsonValueOf, recordOf, unescapeText } from '../connector/lines.js';
import type { Column } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure, failureOf } from '../failure.js';
import { withLookups } from './join-lookups.js';
import { csvOptions } from './work-files.js';
import { valueColumn } from './mapping.js';
import type { Mapping } from './mapping.js';
import type { Lookups } from './open-lookups.js';
import { rowsOf, sentOf } from './plan.js';
import type { PlanPart } from './plan.js';
import type { Unsent } from './unsent.js';

/**
 * Writes the lines of a plan part to a file, in order and up to a row: key fields, then fields. Only templates make
 * objects of rows; what is looked up is joined. Rows of which no record can be made are added to the unsent ones.
 */
export async function renderPart(
  part: PlanPart & { upTo: number },
  mapping: Mapping,
  context: {
    columns: readonly Column[];
    lookups: Lookups;
    duck: Duck;
    workDir: string;
    unsent: Unsent;
  },
): Promise<string> {
  const { duck, workDir, lookups } = context;
  const file = join(workDir, `deliver-${part.change}.tsv`);
  const rendered = join(workDir, `templates-${part.change}.tsv`);
  await assertOrdered(part, duck);
  const longestLine =
    mapping.templates.length > 0
      ? await renderTemplates(part, mapping, { ...context, rendered })
      : 0;
  const columns: Record<string, string> = { ord: 'UBIGINT' };
  for (const { column } of mapping.templates) columns[column] = 'VARCHAR';
  const joined =
    mapping.templates.length > 0
      ? `join read_csv(${quoteText(rendered)}, ${csvOptions(columns, longestLine)}) using (ord)`
      : '';
  const isJoined = joined !== '' || lookups.list.length > 0;
  await duck.run(`copy (select ${mapping.expressions(part.change).join(', ')}
      from ${withLookups(sentOf(part), lookups)} ${joined} ${isJoined ? 'order by ord' : ''})
    to ${quoteText(file)} (format csv, delimiter '\t', header false, quote '', escape '', nullstr '\\N')`);
  return file;
}

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
  part: PlanPart & { upTo: number },
  mapping: Mapping,
  context: { columns: readonly Column[]; duck: Duck; rendered: string; unsent: Unsent },
): Promise<number> {
  const { columns, duck, rendered, unsent } = context;
  let longestLine = 0;
  const lineOf = ([ord, ...fields]: (string | null)[]): string => {
    const texts = renderRow(fields, mapping, columns);
    if (texts instanceof Failure) unsent.add(Number(ord), texts);
    const shown = texts instanceof Failure ? mapping.templates.map(() => null) : texts;
    const line = `${ord}\t${shown.map(escapeText).join('\t')}\n`;
    // A character is at most three bytes for each of its UTF-16 units.
    longestLine = Math.max(longestLine, line.length * 3);
    return line;
  };
  const list = columns.map(({ name }) => valueColumn(name)).join(', ');
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
