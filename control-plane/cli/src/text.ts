import { styleText } from 'node:util';
import type { SpecProblem } from '@drawbridge/proto';
import type { Change } from './operation.js';

/** Lines that terminals and editors turn into links. */
export const problemLine = ({ file, line, column, message, code }: SpecProblem): string =>
  `${file}:${line}:${column}  ${message} (${code})`;

export const count = (number: number): string => number.toLocaleString('en');

export const plural = (number: number, noun: string): string =>
  `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

export const duration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** Rounded up, as far as anybody wants to know it: `4 s`, `3 min`, `2.5 h`. */
export function remaining(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

const signs = { create: '+', update: '~', remove: '-' } as const;
const colors = { '+': 'green', '-': 'red', '~': 'yellow' } as const;

/** The difference of a plan. Colours go to terminals alone, and `NO_COLOR` is heeded. */
export function changeLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ kind, name, action, difference, mapping }) => [
    colored(`${signs[action as keyof typeof signs] ?? '~'} ${kind} ${name}`),
    ...difference.map((line) => `    ${colored(line)}`),
    ...(mapping ? [`    Mapping changed: ${mappingTexts[mapping] ?? mapping}.`] : []),
  ]);
}

/** By the sync's `mappingChange`. */
const mappingTexts: Readonly<Record<string, string>> = {
  backfill: 'resends unchanged rows in the next run; "mappingChange: from-now-on" leaves them',
  'from-now-on': 'unchanged rows stay as they were sent until they change',
  stop: 'the next run stops; start it with --backfill or with --from-now-on',
};

function colored(line: string): string {
  const color = colors[line[0] as keyof typeof colors];
  return color ? styleText(color, line, { stream: process.stdout }) : line;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
