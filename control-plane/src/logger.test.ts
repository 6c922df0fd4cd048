import { expect, it } from 'vitest';
import { AppError } from './app-error.js';
import { Logger } from './logger.js';

const canary = 'canary-2718281828';

function lineOf(write: (logger: Logger) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(new Logger('info', { write: (line) => void lines.push(line) }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain(canary);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

it('writes a text, its room and the fields that are allowed', () => {
  const line = lineOf((logger) =>
    logger.log(
      { agentId: 'a', jobId: 'j', sql: canary, variables: { canary } },
      'Offered',
      'Gateway',
    ),
  );
  expect(line).toMatchObject({ msg: 'Offered', room: 'Gateway', agentId: 'a', jobId: 'j' });
  expect(Object.keys(line).sort()).toEqual(['agentId', 'jobId', 'level', 'msg', 'room', 'time']);
});

it('tells which error it was and where, and never what it said', () => {
  const error = new AppError('run.not_found', canary, { cause: new Error(canary) });
  const line = lineOf((logger) => logger.error({ err: error }, 'A request failed'));
  expect(line['error']).toMatchObject({ name: 'AppError', code: 'run.not_found' });
  expect((line['error'] as { at: string[] }).at[0]).toContain('logger.test');
});
