import { expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { errorTextOf } from './error-text.js';

const same = (text: string): string => text;
const failed = (detail: string) =>
  new Failure('REJECTED', 'destination.rejected', 'No.', { detail });

it('shows what was asked and answered, and the answer’s text once', () => {
  const failure = failed('gone').during({
    request: { method: 'PUT', body: Buffer.from('{"ä":1}') },
    response: { status: 404, body: 'gone' },
  });
  expect(errorTextOf(failure, same, { id: '1', name: null })).toEqual({
    request: { method: 'PUT', body: '{"ä":1}' },
    response: { status: 404, body: 'gone' },
    row: { id: '1', name: null },
  });
  expect(errorTextOf(failed('gone'), same)).toEqual({ detail: 'gone' });
});

it('hands every text to be redacted with the name that it stands under', () => {
  const seen: string[] = [];
  const failure = failed('d').during({
    request: { headers: { 'set-cookie': ['a', 'b'] }, body: Buffer.from('c') },
  });
  errorTextOf(failure, (text, name) => {
    seen.push(`${name}=${text}`);
    return text;
  });
  expect(seen).toEqual(['=d', 'set-cookie=a', 'set-cookie=b', 'body=c']);
});

it('keeps of a long text its beginning, and never a secret’s half at the end of it', () => {
  const { detail = '' } = errorTextOf(failed('x'.repeat(1_000_000)), same);
  expect(detail).toBe(`${'x'.repeat(10_000)} … (cut off)`);
  // Taken out, this leaves almost nothing, so that even the end of what was looked through is shown.
  const secret = 's3cr3t'.repeat(500);
  const redact = (text: string): string => text.replaceAll(secret, '');
  const shown = errorTextOf(failed(secret.repeat(1_000)), redact);
  expect(shown.detail).not.toContain('s3cr3t');
});

it('keeps no more than 200 headers or columns', () => {
  const headers = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`h${n}`, 'v']));
  const { request } = errorTextOf(failed('d').during({ request: { headers } }), same);
  expect(Object.keys((request as { headers: object }).headers)).toHaveLength(200);
});
