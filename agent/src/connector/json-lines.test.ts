import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBatch } from './batch.js';
import type { TargetField } from './destination.js';
import { JsonLines } from './json-lines.js';
import { linesOf } from './lines.js';
import type { ValueType } from './value.js';

const field = (
  name: string,
  type: ValueType,
  nulls: TargetField['nulls'] = 'send',
): TargetField => ({ name, type, nulls });

const array = { open: '[', separator: ',', close: ']' };

function written(fields: readonly TargetField[], rows: (string | null)[][], frame = array): string {
  const bytes = new JsonLines(fields, frame).write(linesOf(rows), rows.length);
  return Buffer.from(bytes).toString();
}

function asRecords(fields: readonly TargetField[], rows: (string | null)[][]): string {
  const parts = { kind: 'upsert', change: 'added', attempt: '', from: 0, key: [], fields } as const;
  const batch = makeBatch({ ...parts, lines: linesOf(rows), size: rows.length });
  return JSON.stringify(batch.records().map((record) => record.fields));
}

describe('lines as JSON', () => {
  it('are the batch’s records, whatever they hold', () => {
    const fields = [
      field('a', 'text'),
      field('say "b"\n', 'text', 'omit'),
      field('n', 'decimal', 'omit'),
      field('b', 'boolean'),
    ];
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 40 }));
    const number = fc.oneof(
      fc.constantFrom('NaN', '-Infinity', '-0', '007', '1.', '.5', '1e5', '1E-7', '-', '', '1.50'),
      fc.double().map(String),
      fc.bigInt().map(String),
    );
    const flag = fc.option(fc.constantFrom('t', 'f'));
    const row = fc.tuple(text, text, fc.option(number), flag);
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(written(fields, rows)).toBe(asRecords(fields, rows));
      }),
    );
  });

  it('keep every digit, inside of json too', () => {
    const digits = '12345678901234567890.10';
    const fields = [field('n', 'decimal'), field('j', 'json')];
    expect(written(fields, [[digits, `{"n": [${digits}]}`]])).toBe(
      `[{"n":${digits},"j":{"n": [${digits}]}}]`,
    );
  });

  it('stay on one line, however the source wrote its json', () => {
    const frame = { open: '', separator: '\n', close: '\n' };
    const rows = [['{\n  "a": "x\\n"\r\n}'], ['1']];
    expect(written([field('j', 'json')], rows, frame)).toBe('{"j":{   "a": "x\\n"  }}\n{"j":1}\n');
  });

  it('refuse json that is none', () => {
    expect(() => written([field('j', 'json')], [['{"a":']])).toThrow(
      expect.objectContaining({ kind: 'REJECTED', code: 'record.bad_json' }),
    );
  });

  it('grow with what has to be escaped', () => {
    const rows = Array.from({ length: 50 }, () => ['\u0001'.repeat(500), '"'.repeat(500)]);
    const fields = [field('a', 'text'), field('b', 'text')];
    expect(written(fields, rows)).toBe(asRecords(fields, rows));
  });
});
