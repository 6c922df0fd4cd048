import { describe, expect, it } from 'vitest';
import { Redaction } from './redaction.js';

const secret = 'pa$$w0rd/+&"ü 7';

function redact(text: string, name = ''): string {
  const redaction = new Redaction();
  redaction.learn(secret);
  return redaction.redact(text, name);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a secret that comes back', () => {
  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ token: secret })],
    ['in a URL', `https://x.test/?key=${encodeURIComponent(secret)}&b=1`],
    [
      'in a URL with small hex digits',
      encodeURIComponent(secret).replace(/%../g, (c) => c.toLowerCase()),
    ],
    ['in a form', new URLSearchParams({ key: secret }).toString()],
    ['in HTML', secret.replaceAll('&', '&amp;')],
    ['in base64', base64(secret)],
    ['in base64 behind one byte', base64(`:${secret}`)],
    ['in base64 behind two bytes', base64(`u:${secret} and more`)],
    ['in base64 for URLs', Buffer.from(`user:${secret}`).toString('base64url')],
    ['in hex', Buffer.from(secret).toString('hex')],
  ])('%s is taken out', (_, text) => {
    const shown = redact(`before ${text} after`);
    expect(shown).toMatch(/^before .*\[redacted\].* after$/);
    const known = [
      secret,
      secret.slice(0, 9),
      base64(secret).slice(4, 16),
      'pa%24%24',
      '7061242477',
    ];
    for (const part of known) expect(shown.toLowerCase()).not.toContain(part.toLowerCase());
  });

  it('is known by the token behind its scheme, and by the password in it', () => {
    const redaction = new Redaction();
    redaction.learn('Bearer tok-81f3c2');
    redaction.learn(`Basic ${base64('reader:open sesame')}`);
    const shown = redaction.redact('bad tok-81f3c2 of reader: open sesame', '');
    expect(shown).toBe('bad [redacted] of reader: [redacted]');
  });

  it('is known by each line of a key', () => {
    const redaction = new Redaction();
    redaction.learn(
      '-----BEGIN-----\nMIIEvQIBADANBgkqhkiG9w0\nAQEFAASCBKcwggSjAgEA\n-----END-----\n',
    );
    expect(redaction.redact('no key: MIIEvQIBADANBgkqhkiG9w0', '')).toBe('no key: [redacted]');
  });

  it('is taken out whole where another secret is a part of it', () => {
    const redaction = new Redaction();
    redaction.learn('hunter');
    redaction.learn('hunter22');
    expect(redaction.redact('hunter22 hunter', '')).toBe('[redacted] [redacted]');
  });
});

describe('what nobody told of', () => {
  it.each([
    ['Authorization', 'Digest abc'],
    ['cookie', 'sid=1'],
    ['Set-Cookie', 'sid=1'],
    ['X-Api-Key', 'k'],
    ['x-acme-token', 't'],
  ])('is taken out where the header %s holds it', (name, value) => {
    expect(redact(value, name)).toBe('[redacted]');
  });

  it('is taken out of a text that quotes such a header', () => {
    expect(redact('{"headers":{"Authorization":"Digest u=1, n=2","accept":"*/*"}}')).toBe(
      '{"headers":{"Authorization":"[redacted]","accept":"*/*"}}',
    );
    expect(redact(String.raw`{"authorization":"Digest u=\"me\", r=\"42\"","a":1}`)).toBe(
      '{"authorization":"[redacted]","a":1}',
    );
    expect(redact('x-api-key: 12 34\r\naccept: */*')).toBe('x-api-key: [redacted]\r\naccept: */*');
    expect(redact(String.raw`{"sent":"{\"cookie\":\"sid=42\",\"a\":1}"}`)).toBe(
      String.raw`{"sent":"{\"cookie\":\"[redacted]\",\"a\":1}"}`,
    );
  });

  it('is taken out of a URL and behind a scheme', () => {
    expect(redact('see postgres://me:pw@db/x and Bearer abcdef123')).toBe(
      'see postgres://[redacted]@db/x and Bearer [redacted]',
    );
  });
});

it('leaves everything else as it is', () => {
  const text =
    'Key (email)=(a@b.test) already exists; a token of esteem, basic rules, https://x.test/@b';
  expect(redact(text)).toBe(text);
  expect(new Redaction().redact(text, 'content-type')).toBe(text);
});
