import { describe, expect, it } from 'vitest';
import { looksSecret, secretReferenceProblem } from './secret.js';

describe('a text that looks like a secret', () => {
  const names =
    'password dbPassword db_password PASSWORD token accessToken clientSecret apiKey api_key X-Api-Key privateKey key Authorization Cookie credentials';

  it.each(names.split(' '))('by its name: %s', (name) => {
    expect(looksSecret(name, 'abc')).toBe(true);
  });

  it('by a password inside an address', () => {
    expect(looksSecret('url', 'postgres://me:hunter2@db/app')).toBe(true);
    expect(looksSecret('url', 'redis://:hunter2@db')).toBe(true);
  });

  it.each([
    ['host', 'db.internal'],
    ['partitionKey', 'day'],
    ['keyField', 'id'],
    ['tokenUrl', 'https://login.example/token'],
    ['secretName', 'db'],
    ['monkey', 'bananas'],
    ['url', 'https://db.example:5432/a@b'],
    ['password', ''],
  ])('but not %s: %s', (name, value) => {
    expect(looksSecret(name, value)).toBe(false);
  });
});

describe('a reference to a secret', () => {
  it.each(['env:PASSWORD', 'env:_x1', 'file:/secrets/password'])('is fine: %s', (reference) => {
    expect(secretReferenceProblem(reference)).toBeUndefined();
  });

  it.each([
    '',
    'hunter2',
    'env:',
    'env:1X',
    'env:A B',
    'file:',
    'file:a',
    'file:/dir/',
    'vault: ',
    'vault:kv/db',
    'aws-sm:prod/db#password',
    'gcp:x',
    'Env:X',
  ])('is refused: %j', (reference) => {
    expect(secretReferenceProblem(reference)).toBeDefined();
  });

  it('is not repeated by what is said about it', () => {
    expect(secretReferenceProblem('hunter2')?.message).not.toContain('hunter2');
    expect(secretReferenceProblem('file:hunter2')?.message).not.toContain('hunter2');
  });
});
