import { expect, test } from 'vitest';
import { AppError } from '../app-error.js';
import { closeCodeOf, lostSession, problemOf } from './problem.js';

test.each([
  [new AppError('session.gap', ''), 'session.gap', true, 1008],
  [new AppError('session.bad_signature', ''), 'session.bad_signature', false, 1008],
  [new AppError('frame.unknown_field', ''), 'frame.unknown_field', false, 1008],
  [new AppError('session.restarting', ''), 'session.restarting', true, 1012],
  [lostSession('revoked'), 'session.revoked', false, 1008],
  [lostSession('replaced'), 'session.replaced', false, 1008],
  [lostSession('replaced_by_itself'), 'session.reconnected', true, 1008],
])('%s', (error, code, retryable, closeCode) => {
  const problem = problemOf(error);
  expect(problem).toEqual({ code, retryable });
  expect(closeCodeOf(problem)).toBe(closeCode);
});

test('what went wrong in another room, or was never expected, says nothing of itself', () => {
  const ours = { code: 'session.internal_error', retryable: true };
  for (const error of [new AppError('pool.not_found', ''), new TypeError('x'), 'x', undefined])
    expect(problemOf(error)).toEqual(ours);
  expect(closeCodeOf(ours)).toBe(1011);
});
