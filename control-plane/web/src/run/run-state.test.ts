import { expect, it } from 'vitest';
import { isLive, isOver, noteOf, stateOf } from './run-state.js';

it.each([
  ['queued', false],
  ['leased', false],
  ['running', false],
  ['waiting_approval', false],
  ['succeeded', true],
  ['completed_with_errors', true],
  ['failed', true],
  ['cancelled', true],
])('knows whether a run that is %s is over', (state, over) => {
  expect(isOver(state)).toBe(over);
  expect(isLive(state)).toBe(!over);
});

it('shows a state that it does not know by its own name', () => {
  expect(stateOf('held_back')).toEqual({ label: 'held back', look: 'waiting' });
});

it.each([
  ['queued', false, null, 'waits for a free agent'],
  ['running', false, null, undefined],
  ['running', true, null, 'nothing is sent'],
  ['running', true, '2026-11-24T12:00:00Z', 'stops after the batch that is being sent'],
  ['succeeded', true, null, 'nothing was sent'],
  ['cancelled', false, '2026-11-24T12:00:00Z', undefined],
])('notes about a run that is %s (dry: %s, cancelled at %s): %s', (state, dryRun, at, note) => {
  expect(noteOf({ state, dryRun, cancelRequestedAt: at })).toBe(note);
});

it('says what is paused where a run waits for that', () => {
  const queued = { state: 'queued', dryRun: false };
  expect(noteOf({ ...queued, pausedBy: 'pool' })).toBe('waits: its pool is paused');
  expect(noteOf({ ...queued, pausedBy: null })).toBe('waits for a free agent');
});
