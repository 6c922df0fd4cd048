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

const signIn = {
  auth: { type: 'choice', label: 'Sign-in', choices: ['key', 'password'], default: 'key' },
  keyId: { type: 'text', label: 'Key', required: true, when: { field: 'auth', is: ['key'] } },
  isFixed: { type: 'boolean', label: 'Fixed', when: { field: 'auth', is: ['key'] } },
  size: { type: 'number', label: 'Size', default: 7, when: { field: 'isFixed', is: [true] } },
} as const;

it('asks for a field only while it applies, and fills it in only then', () => {
  const read = (raw: Record<string, unknown>) => readSettings(signIn, raw);
  expect(read({ auth: 'password' })).toEqual({ auth: 'password' });
  expect(read({ keyId: 'a' })).toEqual({ auth: 'key', keyId: 'a' });
  expect(read({ keyId: 'a', isFixed: true })).toMatchObject({ size: 7 });
  const detailOf = (detail: string) =>
    expect.objectContaining({ code: 'settings.invalid', detail });
  expect(() => read({ isFixed: false })).toThrow(detailOf('keyId is missing'));
  expect(() => read({ auth: 'password', keyId: 'a' })).toThrow(
    detailOf('keyId is only for auth: key'),
  );
  expect(() => read({ auth: 'password', size: 1 })).toThrow(
    detailOf('size is only for isFixed: true'),
  );
});

it('lets a secret wait for a setting', () => {
  const secrets = {
    password: {
      type: 'text',
      label: 'Password',
      required: true,
      when: { field: 'auth', is: ['password'] },
    },
  } as const;
  expect(readSettings(secrets, {}, { auth: 'key' })).toEqual({});
  expect(() => readSettings(secrets, {}, { auth: 'password' })).toThrow('do not fit');
  expect(() => readSettings(secrets, { password: 'x' }, { auth: 'key' })).toThrow('do not fit');
});
