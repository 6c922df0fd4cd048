import { afterAll, beforeAll, expect, inject, it } from 'vitest';
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
