import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { schemaFile, schemaText } from './schema-text.js';

it('is committed as the code says it', async () => {
  expect(
    await readFile(schemaFile, 'utf8'),
    'run: npm run schema -w @drawbridge/control-plane',
  ).toBe(await schemaText());
});
