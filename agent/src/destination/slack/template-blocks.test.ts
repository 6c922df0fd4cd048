import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeMrkdwn } from './mrkdwn.js';
import { compileBlocks } from './template-blocks.js';

const compile = (template: string) =>
  compileBlocks(template, { escape: escapeMrkdwn, mentions: false });
const nasty = fc.string({
  unit: fc.constantFrom(
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    '\n',
    '\u2028',
    '<',
    '&',
    '\uFDD0',
    '\uFDD1',
    'a',
    '🙂',
  ),
});

it('lets no value end its text, and escapes each as its place needs it', () => {
  const blocks = compile(`[
    {"type": "header", "text": {"type": "plain_text", "text": "{{ v }}"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "<!here> *{{ v }}* & {{ v | append: '<!here>' }}"}},
    {"type": "image", "image_url": "https://example.com/{{ v | url_encode }}", "alt_text": "{{ v }}"}
  ]`);
  fc.assert(
    fc.property(nasty, (v) => {
      const plain = v.replaceAll(/[\uFDD0\uFDD1]/g, '\uFFFD');
      const marked = escapeMrkdwn(plain);
      expect(blocks({ v })).toMatchObject([
        { text: { text: plain } },
        { text: { text: `<!here> *${marked}* & ${marked}&lt;!here&gt;`, verbatim: true } },
        { alt_text: plain },
      ]);
    }),
  );
});

it('writes numbers and flags as they are, and what is verbatim as it was said', () => {
  const made = compile(
    '{"blocks": [{"type": "x", "n": {{ n }}, "is": {{ is }}, "t": {"type": "mrkdwn", "text": "{{ n }}", "verbatim": false}}]}',
  )({ n: 7, is: true });
  expect(made).toEqual([
    { type: 'x', n: 7, is: true, t: { type: 'mrkdwn', text: '7', verbatim: false } },
  ]);
});

it.each([
  ['[{"type": "divider"}', 'no JSON'],
  ['{"type": "divider"}', 'no list'],
  ['[]', 'an empty list'],
  ['["divider"]', 'no objects'],
  ['[{"text": "a"}]', 'a block without a type'],
  ['[{"type": {{ v }}}]', 'a value outside of a text'],
  ['[{"type": "a", "{{ v }}": 1}]', 'a value as a name'],
  ['[{"type": {{ v | json }}}]', 'a filter that quotes'],
])('refuses %s: %s', (template) => {
  expect(() => compile(template)({ v: 'secret-4711' })).toThrow(
    expect.objectContaining({ kind: 'REJECTED', code: 'destination.bad_blocks' }),
  );
});
