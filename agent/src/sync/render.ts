import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeText, isRawJson, jsonValueOf, recordOf, unescapeText } from '../connector/lines.js';
import type { Column } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure, failureOf } from '../failure.js';
import { csvOptions } from './diff.js';
import { valueColumn } from './mapping.js';
import type { Mapping } from './mapping.js';
import type { PlanPart } from './plan.js';

/** Rows that a template could not be rendered for. */
export interface Unrendered {
  ord: number;
  failure: Failure;
}

/** Writes the lines of a plan part to a file, in order: key fields, then fields. Only templates make objects of rows. */
export async function renderPart(
  part: PlanPart,
  mapping: Mapping,
  context: { columns: readonly Column[]; duck: Duck; workDir: string },
): Promise<{ file: string; unrendered: Unrendered[] }> {
  const { duck, workDir } = context;
  const file = join(workDir, `deliver-${part.change}.tsv`);
  const rendered = join(workDir, `templates-${part.change}.tsv`);
  const unrendered =
    mapping.templates.length > 0
      ? await renderTemplates(part, mapping, { ...context, rendered })
      : [];
  const columns: Record<string, string> = { ord: 'UBIGINT' };
  for (const { column } of mapping.templates) columns[column] = 'VARCHAR';
  const join_ =
    mapping.templates.length > 0
      ? `join read_csv(${quoteText(rendered)}, ${csvOptions(columns)}) using (ord)`
      : '';
  await duck.run(`copy (select ${mapping.expressions(part.change).join(', ')} from read_parquet(${quoteText(part.file)}) ${join_}
    ${join_ ? 'order by ord' : ''})
    to ${quoteText(file)} (format csv, delimiter '\t', header false, quote '', escape '', nullstr '\\N')`);
  return { file, unrendered };
}

async function renderTemplates(
  part: PlanPart,
  mapping: Mapping,
  context: { columns: readonly Column[]; duck: Duck; rendered: string },
): Promise<Unrendered[]> {
  const { columns, duck, rendered } = context;
  const unrendered: Unrendered[] = [];
  const out = await open(rendered, 'w');
  try {
    const list = columns.map(({ name }) => valueColumn(name)).join(', ');
    for await (const rows of duck.texts(
      `select ord::varchar, ${list} from read_parquet(${quoteText(part.file)})`,
    )) {
      const lines = rows.map(([ord, ...fields]) => {
        const texts = renderRow(fields, mapping, columns);
        if (texts instanceof Failure) unrendered.push({ ord: Number(ord), failure: texts });
        const fieldsOut = texts instanceof Failure ? mapping.templates.map(() => null) : texts;
        return `${ord}\t${fieldsOut.map(escapeText).join('\t')}\n`;
      });
      await out.write(lines.join(''));
    }
  } finally {
    await out.close();
  }
  return unrendered;
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

/** Liquid prints what it is given: exact numbers as their digits. */
function plain(value: unknown): unknown {
  return isRawJson(value) ? JSON.stringify(value) : value;
}
