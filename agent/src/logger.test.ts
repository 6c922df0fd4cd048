import { expect, it } from 'vitest';
import { Failure } from './failure.js';
import { Logger } from './logger.js';
import type { LogFields } from './logger.js';

const canary = 'canary@example.com';

function logged(write: (logger: Logger) => void): string {
  const lines: string[] = [];
  write(new Logger('info', { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

it('writes codes of a failure, never its words', () => {
  const failure = new Failure('REJECTED', 'destination.rejected', `no ${canary}`, {
    vendorCode: '23505',
    detail: `Key (email)=(${canary}) already exists.`,
    cause: new Error(canary),
  });
  const text = logged((logger) => logger.failure('job.failed', failure, { jobId: 'a-1' }));
  expect(JSON.parse(text)).toMatchObject({
    event: 'job.failed',
    kind: 'REJECTED',
    code: 'destination.rejected',
    vendorCode: '23505',
    jobId: 'a-1',
  });
  expect(text).not.toContain('canary');
});

it('says where a bug of ours is, and not what it quotes', () => {
  const bug = new TypeError(`can't read ${canary}\n    at ${canary} (file.js:1:1)`);
  const failure = new Failure('INTERNAL', 'internal.unexpected', 'Unexpected.', { cause: bug });
  const text = logged((logger) => logger.failure('job.failed', failure));
  expect(text).toContain('logger.test.ts');
  expect(text).not.toContain('canary');
});

it('drops fields that are not on its list, and texts that are sentences', () => {
  const fields = { row: 'a', outcome: `Key (email)=(${canary})`, count: 3 } as LogFields;
  const text = logged((logger) => logger.info('job.finished', fields));
  expect(JSON.parse(text)).toMatchObject({ event: 'job.finished', count: 3 });
  expect(text).not.toMatch(/canary|"row"|outcome/);
});
