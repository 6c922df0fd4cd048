import { stringify } from 'yaml';
import { rowsOf } from './values-schema.js';
import type { ValueRow, ValueSchema } from './values-schema.js';

const head =
  '# Generated from values.schema.json, where every value is described: npm run test:helm -- --write\n';

/** The chart's values.yaml: every default, and as a comment every value that has none. */
export function valuesText(schema: ValueSchema): string {
  return `${head}${linesOf(schema, '').join('\n')}\n`;
}

function linesOf({ properties = {} }: ValueSchema, indent: string): string[] {
  return Object.entries(properties).flatMap(([name, value]) => [
    ...(indent === '' ? [''] : []),
    `${indent}# ${value.description}`,
    ...entryOf(name, value, indent),
  ]);
}

function entryOf(name: string, value: ValueSchema, indent: string): string[] {
  if (value.properties && hasDefault(value))
    return [`${indent}${name}:`, ...linesOf(value, `${indent}  `)];
  // What is a value of its own is there, if empty; what lies deeper would be half a value.
  if (value.properties) return [`${indent}${indent === '' ? `${name}: {}` : `# ${name}:`}`];
  if (value.default === undefined) return [`${indent}# ${name}:`];
  const text = stringify({ [name]: value.default }, { lineWidth: 0, singleQuote: true }).trimEnd();
  return text.split('\n').map((line) => `${indent}${line}`);
}

const hasDefault = (value: ValueSchema): boolean =>
  value.default !== undefined || Object.values(value.properties ?? {}).some(hasDefault);

/** The README's table, between the two marks. */
export function tableText(schema: ValueSchema): string {
  const rows = rowsOf(schema).map(rowText);
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function rowText({ path, schema, isRequired }: ValueRow): string {
  const fallback =
    schema.properties || schema.default === undefined ? '' : JSON.stringify(schema.default);
  const choices = schema.enum
    ? ` One of ${schema.enum.map((choice) => `\`${JSON.stringify(choice)}\``).join(', ')}.`
    : '';
  const cells = [
    `\`${path}\``,
    fallback === '' ? (isRequired ? 'required' : '') : `\`${fallback}\``,
    `${schema.description}${choices}`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
