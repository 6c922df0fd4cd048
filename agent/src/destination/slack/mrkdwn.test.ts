import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cut, escapeButMentions, escapeMrkdwn } from './mrkdwn.js';

it('leaves nothing in a value that Slack reads as more than text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '&', '!', '@', 'U1', 'a', '|') }),
      (text) => {
        const escaped = escapeMrkdwn(text);
        expect(escaped).not.toMatch(/[<>]/);
        const read = escaped
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&');
        expect(read).toBe(text);
      },
    ),
  );
});

it.each([
  ['<@U012AB3CD> & <b>', '<@U012AB3CD> &amp; &lt;b&gt;'],
  ['<!here|here> <!subteam^S1|all>', '<!here|here> <!subteam^S1|all>'],
  ['<#C012|general>', '<#C012|general>'],
  ['<https://evil.example|@ada>', '&lt;https://evil.example|@ada&gt;'],
  ['<!date^1^{date}^https://evil.example|x>', '&lt;!date^1^{date}^https://evil.example|x&gt;'],
  ['<@U1<@U2>', '&lt;@U1<@U2>'],
])('lets only mentions through where they are asked for: %s', (text, escaped) => {
  expect(escapeButMentions(text)).toBe(escaped);
});

it('cuts between characters', () => {
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abcd', 3)).toBe('ab…');
  expect(cut('a🙂bc', 3)).toBe('a…');
  expect(cut('🙂🙂', 3)).toBe('🙂…');
});
