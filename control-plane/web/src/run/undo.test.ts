import { expect, it } from 'vitest';
import { undoOf } from './undo.js';

const run = {
  id: 'run-1',
  state: 'succeeded',
  dryRun: false,
  counts: { sent: 5 },
  options: { undo: null as string | null },
};

it('offers to count first what a run sent, when it is over', () => {
  for (const state of ['succeeded', 'completed_with_errors', 'failed', 'cancelled'])
    expect(undoOf({ ...run, state })).toEqual({ undo: 'run-1', dryRun: true });
  for (const state of ['queued', 'running', 'waiting_approval'])
    expect(undoOf({ ...run, state })).toBeUndefined();
});

it('offers nothing where nothing was sent', () => {
  expect(undoOf({ ...run, counts: { sent: 0 } })).toBeUndefined();
  expect(undoOf({ ...run, dryRun: true })).toBeUndefined();
});

it('offers to go on after a dry run has counted, and not after one that failed', () => {
  const counted = { ...run, id: 'run-2', dryRun: true, options: { undo: 'run-1' } };
  const planDigest = 'ab'.repeat(32);
  expect(undoOf({ ...counted, planDigest })).toEqual({ undo: 'run-1', dryRun: false, planDigest });
  expect(undoOf(counted)).toBeUndefined();
  expect(undoOf({ ...counted, planDigest, state: 'failed' })).toBeUndefined();
});

it('offers to undo what an undoing run sent', () => {
  expect(undoOf({ ...run, id: 'run-3', options: { undo: 'run-1' } })).toEqual({
    undo: 'run-3',
    dryRun: true,
  });
});
