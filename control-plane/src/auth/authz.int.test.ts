import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { injections } from '../testing/authz/injections.js';
import { openStand, type Stand } from '../testing/authz/stand.js';
import { tryGraphql } from '../testing/fuzz/graphql-inputs.js';
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

it('answers whatever stands in the place of an argument, typed', async () => {
  const { test, ours } = stand;
  const plan = { seed: 1, from: 0, until: 150, limitMs: 30_000 };
  const { inputs, failures } = await tryGraphql(test, ours, plan);
  expect(failures).toEqual([]);
  expect(inputs).toBe(150);
});
