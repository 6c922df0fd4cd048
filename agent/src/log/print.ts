import type { Duck } from '../duck/duck.js';

export type Format = 'table' | 'json' | 'csv';

/** Takes a piece of text, and resolves when there is room for more. */
export type Write = (text: string) => Promise<void>;

/** A table is aligned, so it is held in memory; what is longer is for a program to read. */
const maxTableRows = 10_000;

/** Prints what a SELECT gives. Returns what there is to say beside it. */
export async function print(
  duck: Duck,
  sql: string,
  to: { format: Format; write: Write },
): Promise<string | undefined> {
  if (to.format === 'json') return printJson(duck, sql, to.write);
  return to.format === 'csv' ? printCsv(duck, sql, to.write) : printTable(duck, sql, to.write);
}

/** One array, written as it comes. */
async function printJson(duck: Duck, sql: string, write: Write): Promise<undefined> {
  let separator = '[\n';
  for await (const rows of duck.texts(
    `select to_json(q)::varchar from (${inBrackets(sql)}) as q`,
  )) {
    await write(separator + rows.map(([text]) => `  ${text}`).join(',\n'));
    separator = ',\n';
  }
  await write(separator === ',\n' ? '\n]\n' : '[]\n');
}

/** As RFC 4180 has it; NULL is empty, and an empty text is "". */
async function printCsv(duck: Duck, sql: string, write: Write): Promise<undefined> {
  const line = (texts: readonly (string | null)[]): string =>
    `${texts.map(csvField).join(',')}\r\n`;
  await write(line(await columnsOf(duck, sql)));
  for await (const rows of duck.texts(asTexts(sql))) await write(rows.map(line).join(''));
}

function csvField(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function printTable(duck: Duck, sql: string, write: Write): Promise<string | undefined> {
  const names = await columnsOf(duck, sql);
  const shown: string[][] = [];
  let isCut = false;
  for await (const rows of duck.texts(`${asTexts(sql)} limit ${maxTableRows + 1}`))
    for (const row of rows) {
      if (shown.length === maxTableRows) isCut = true;
      else shown.push(row.map((text) => inOneLine(text ?? '')));
    }
  const widths = names.map((name, n) =>
    shown.reduce((most, row) => Math.max(most, [...(row[n] ?? '')].length), name.length),
  );
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, n) => cell + ' '.repeat((widths[n] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd()}\n`;
  await write(line(names) + line(widths.map((width) => '-'.repeat(width))));
  for (let n = 0; n < shown.length; n += 1000)
    await write(
      shown
        .slice(n, n + 1000)
        .map(line)
        .join(''),
    );
  return isCut
    ? `These are the first ${maxTableRows} rows. Ask for fewer, or for all of them with --json or --csv.`
    : undefined;
}

async function columnsOf(duck: Duck, sql: string): Promise<string[]> {
  const rows = await duck.rows(`select column_name from (describe ${inBrackets(sql)})`);
  return rows.map(([name]) => String(name));
}

const asTexts = (sql: string): string =>
  `select columns(*)::varchar from (${inBrackets(sql)}) as q`;

/** A comment at the end must not reach what comes after it. */
const inBrackets = (sql: string): string => `select * from (\n${sql}\n)`;

/** A line break or a terminal's control sign in a value must not draw on the screen. */
function inOneLine(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
