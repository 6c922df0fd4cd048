import { expect, it } from 'vitest';
import type { LifecycleRule } from './lifecycle.js';
import { dangersOf } from './lifecycle-danger.js';

const sync = 'own/v1/ws=1/sync=2/';

function taken(change: Partial<LifecycleRule>, own = 'own'): string[] {
  const rule = { id: 'r', prefix: '', isTagged: false, expiresAfter: 90, archivesAfter: undefined };
  return dangersOf([{ ...rule, ...change }], own).map(({ place }) => place);
}

it.each([
  '',
  'o',
  'own',
  'own/',
  'own/v',
  'own/v1/',
  'own/v1/ws=',
  'own/v1/ws=1',
  'own/v1/ws=1/',
  'own/v1/ws=1/syn',
  'own/v1/ws=1/sync=2',
  sync,
])('finds that a rule for %j takes head and baseline', (prefix) => {
  expect(taken({ prefix })).toEqual(['head.json', 'baseline/']);
  expect(taken({ prefix, expiresAfter: 10_000 })).toEqual(['head.json', 'baseline/']);
  expect(taken({ prefix, expiresAfter: 1 })).toEqual(['head.json', 'baseline/', 'log/', 'run=']);
});

it.each([
  [`${sync}head.json`, 'head.json'],
  [`${sync}h`, 'head.json'],
  [`${sync}baseline/values/7-`, 'baseline/'],
  [`${sync}base`, 'baseline/'],
])('finds what is hit by a rule for %j', (prefix, place) => {
  expect(taken({ prefix })).toEqual([place]);
});

it.each([
  'other/',
  'owner/',
  'own/v2/',
  'own/v1/other',
  `${sync}run=`,
  `${sync}run=5/errors/`,
  `${sync}log/`,
])('lets a rule for %j be', (prefix) => {
  expect(taken({ prefix })).toEqual([]);
});

it('lets logs expire after a month, plans after two days, and neither of them before', () => {
  expect(taken({ prefix: `${sync}log/`, expiresAfter: 29 })).toEqual(['log/']);
  expect(taken({ prefix: `${sync}log/changelog/`, expiresAfter: 29 })).toEqual(['log/']);
  expect(taken({ prefix: `${sync}log/`, expiresAfter: 30 })).toEqual([]);
  expect(taken({ prefix: `${sync}run=`, expiresAfter: 1 })).toEqual(['run=']);
  expect(taken({ prefix: `${sync}run=`, expiresAfter: 2 })).toEqual([]);
});

it('minds what must be restored before it is read', () => {
  const never = { expiresAfter: undefined };
  expect(taken({ ...never, archivesAfter: 365 })).toEqual(['head.json', 'baseline/', 'log/']);
  expect(taken({ ...never, prefix: `${sync}log/`, archivesAfter: 365 })).toEqual(['log/']);
  expect(taken({ ...never, prefix: `${sync}run=`, archivesAfter: 3 })).toEqual([]);
});

it('has nothing against rules that expire nothing, or only what has a tag', () => {
  expect(taken({ expiresAfter: undefined })).toEqual([]);
  expect(taken({ isTagged: true })).toEqual([]);
});

it('knows a bucket that is the agent’s as a whole', () => {
  expect(taken({ prefix: 'v1/' }, '')).toEqual(['head.json', 'baseline/']);
  expect(taken({ prefix: 'v1/ws=1/sync=2/run=' }, '')).toEqual([]);
});
