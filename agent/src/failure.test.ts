import { expect, it } from 'vitest';
import { Failure, failureOf } from './failure.js';

it('leaves alone what is a failure already', () => {
  const failure = new Failure('CONFIG', 'config.invalid', 'Fix it.');
  expect(failureOf(failure)).toBe(failure);
});

it('takes for a bug what nobody translated, and keeps its text away from the message', () => {
  for (const thrown of [new Error('row 7'), 'row 7', undefined]) {
    const { kind, code, message, detail } = failureOf(thrown);
    expect({ kind, code }).toEqual({ kind: 'INTERNAL', code: 'internal.unexpected' });
    expect(message).not.toContain('row 7');
    expect(detail).toBeDefined();
  }
});

it('knows a full disk wherever it shows', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  expect(failureOf(error)).toMatchObject({ kind: 'CONFIG', code: 'agent.disk_full', cause: error });
});
