import { styleText } from 'node:util';
import type { SpecProblem } from '@drawbridge/proto';
import { count } from './count.js';
import { mappingLines } from './mapping-lines.js';
import type { Change } from './configuration-operation.js';

/** Lines that terminals and editors turn into links. */
export const problemLine = ({ file, line, column, message, code }: SpecProblem): string =>
  `${file}:${line}:${column}  ${message} (${code})`;

export const plural = (number: number, noun: string): string =>
  `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

export const duration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** Whole seconds that have passed: `12 s`, `3 min 05 s`, `1 h 02 min`. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const two = (number: number): string => String(number % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes} min ${two(seconds)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes)} min`;
}

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
  return changes.flatMap((change) => [
    colored(`${signs[change.action as keyof typeof signs] ?? '~'} ${change.kind} ${change.name}`),
    ...change.difference.map((line) => `    ${colored(line)}`),
    ...mappingLines(change).map((line) => `    ${line}`),
  ]);
}

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
