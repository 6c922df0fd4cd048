import { expect, it } from 'vitest';
import { assertSettings } from './settings.js';

const usual = { name: 'acme', retentionDays: 400, auditRetentionDays: 2_557, maxLeasedRuns: null };

it.each([
  { name: 'x' },
  { name: 'Ä b 🙂' },
  { retentionDays: 1, auditRetentionDays: 366, maxLeasedRuns: 1 },
  { retentionDays: 3_660, auditRetentionDays: 3_660, maxLeasedRuns: 100_000 },
])('takes %o', (change) => {
  expect(() => assertSettings({ ...usual, ...change })).not.toThrow();
});

it.each([
  ['workspace.bad_name', { name: '' }],
  ['workspace.bad_name', { name: 'two\nlines' }],
  ['workspace.bad_name', { name: 'x'.repeat(101) }],
  ['workspace.bad_setting', { retentionDays: 0 }],
  ['workspace.bad_setting', { retentionDays: 3_661 }],
  ['workspace.bad_setting', { retentionDays: 1.5 }],
  ['workspace.bad_setting', { auditRetentionDays: 365, retentionDays: 1 }],
  ['workspace.bad_setting', { auditRetentionDays: 399 }],
  ['workspace.bad_setting', { maxLeasedRuns: 0 }],
])('refuses with %s %o', (code, change) => {
  expect(() => assertSettings({ ...usual, ...change })).toThrow(expect.objectContaining({ code }));
});
