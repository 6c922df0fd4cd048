import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { injections } from '../testing/authz/injections.js';
import { openStand, type Stand } from '../testing/authz/stand.js';
import { walk } from '../testing/authz/walk.js';

let stand: Stand;
beforeAll(async () => {
  stand = await openStand(inject('postgresUrl'));
});
afterAll(() => stand.test.close());

it('opens every field to whom the table names, and to nobody else', async () => {
  const { fields, tried, failures } = await walk(stand);
  expect(failures).toEqual([]);
  expect(fields).toBeGreaterThan(200);
  expect(tried).toBeGreaterThan(400);
});

it('takes every text for a text, whatever SQL it holds', async () => {
  const { tried, failures } = await injections(stand);
  expect(failures).toEqual([]);
  expect(tried).toBeGreaterThan(300);
});
