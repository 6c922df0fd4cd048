import { expect, it } from 'vitest';
import { readSettings } from './settings.js';

const fields = {
  host: { type: 'text', label: 'Host', required: true },
  port: { type: 'number', label: 'Port', default: 5432, minimum: 1, maximum: 65535 },
  ssl: { type: 'choice', label: 'TLS', choices: ['disable', 'require'], default: 'require' },
  headers: { type: 'textMap', label: 'Headers' },
  batch: {
    type: 'group',
    label: 'Batch',
    fields: { size: { type: 'number', label: 'Size', default: 1 } },
  },
} as const;

it('fills in defaults', () => {
  expect(readSettings(fields, { host: 'db', batch: {} })).toEqual({
    host: 'db',
    port: 5432,
    ssl: 'require',
    headers: undefined,
    batch: { size: 1 },
  });
});

it('tells every problem at once', () => {
  const wrong = { port: 70_000, ssl: 'maybe', headers: { a: 1 }, batch: { size: 'x' }, hots: 'db' };
  const detail = [
    'hots is not a setting here',
    'host is missing',
    'port must be at most 65535',
    'ssl must be one of disable, require',
    'headers must map names to texts',
    'batch.size must be a number',
  ].join('\n');
  expect(() => readSettings(fields, wrong)).toThrow(
    expect.objectContaining({ kind: 'CONFIG', code: 'settings.invalid', detail }),
  );
});
