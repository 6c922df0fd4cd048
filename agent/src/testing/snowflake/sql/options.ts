import { isMark } from './tokens.js';
import type { Token } from './tokens.js';

/** `NAME = value` one after another; values in parentheses stay away. */
export function optionsOf(tokens: readonly Token[]): Record<string, string> {
  const options: Record<string, string> = {};
  tokens.forEach((token, at) => {
    const value = tokens[at + 2];
    if (token.kind === 'word' && isMark(tokens[at + 1], '=') && value && value.kind !== 'mark')
      options[token.text] = value.text;
  });
  return options;
}
