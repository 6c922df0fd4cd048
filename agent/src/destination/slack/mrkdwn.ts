/**
 * Slack's markup: `&`, `<` and `>` begin what is more than text, so in a value they are written as entities
 * (https://docs.slack.dev/messaging/formatting-message-text, read 2026-11). That disables mentions and links of values, but
 * not what a template writes itself.
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Of people, channels, groups, and of everyone who is there. */
const mention =
  /<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!(?:here|channel|everyone|subteam\^S[A-Z0-9]+))(?:\|[^<>]*)?>/g;

/** As `escapeMrkdwn`, with mentions that a value may hold left as they are. */
export function escapeButMentions(text: string): string {
  let escaped = '';
  let from = 0;
  for (const found of text.matchAll(mention)) {
    escaped += escapeMrkdwn(text.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return escaped + escapeMrkdwn(text.slice(from));
}

/** At most so many UTF-16 units, and no half of a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]$/.test(text.slice(0, most - 1)) ? most - 2 : most - 1;
  return `${text.slice(0, end)}…`;
}
