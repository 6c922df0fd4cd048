import { expect, test } from 'vitest';
import { BadCsv, csvLine, CsvReader, errorText } from './csv.js';
import type { Dialect } from './csv.js';
import { Refusal } from './refusal.js';

const comma: Dialect = { columnDelimiter: 'COMMA', lineEnding: 'LF' };

function linesOf(text: string, dialect: Dialect = comma): string[][] {
  const reader = new CsvReader(Buffer.from(text), dialect);
  const lines: string[][] = [];
  while (!reader.isAtEnd) lines.push(reader.next());
  return lines;
}

test('values are kept as they are, blanks too; quotes hold delimiters, line ends and doubled quotes', () => {
  expect(linesOf('a, b,\n"x,y","line\none","say ""hi"""\n')).toEqual([
    ['a', ' b', ''],
    ['x,y', 'line\none', 'say "hi"'],
  ]);
});

test('the last line needs no end, and an empty last value is one', () => {
  expect(linesOf('a,b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ]);
});

test.each([
  ['TAB', 'a\tb'],
  ['SEMICOLON', 'a;b'],
  ['PIPE', 'a|b'],
  ['CARET', 'a^b'],
  ['BACKQUOTE', 'a`b'],
] as const)('delimiter %s', (columnDelimiter, text) => {
  expect(linesOf(text, { ...comma, columnDelimiter })).toEqual([['a', 'b']]);
});

test('a blank between a quote and a delimiter, and a quote in the middle, are errors', () => {
  expect(() => linesOf('"a" ,b\n')).toThrow(BadCsv);
  expect(() => linesOf('a, "b"\n')).toThrow(BadCsv);
  expect(() => linesOf('"a')).toThrow(BadCsv);
});

test('other line ends than the job says are an error', () => {
  expect(linesOf('a,b\r\n1,2\r\n', { ...comma, lineEnding: 'CRLF' })).toHaveLength(2);
  expect(() => linesOf('a,b\r\n')).toThrow('Current LineEnding setting is LF');
  expect(() => linesOf('a,b\n', { ...comma, lineEnding: 'CRLF' })).toThrow('setting is CRLF');
});

test('results quote every value', () => {
  expect(csvLine(['a', 'say "hi"', ''], comma)).toBe('"a","say ""hi""",""\n');
});

test('an error has its code, its words and its fields', () => {
  expect(errorText(new Refusal('REQUIRED_FIELD_MISSING', 'Missing: [Name]', ['Name']))).toBe(
    'REQUIRED_FIELD_MISSING:Missing: [Name]:Name --',
  );
  expect(errorText(new Refusal('ENTITY_IS_DELETED', 'entity is deleted'))).toBe(
    'ENTITY_IS_DELETED:entity is deleted:--',
  );
});
