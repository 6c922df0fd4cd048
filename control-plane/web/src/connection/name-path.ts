/** Names one inside the other, as SQL writes them: dots between, quotes around a name that has some of its own. */
export interface NamePath {
  /** The names before the last dot. */
  outer: string[];
  /** What is behind it; empty while nothing is. */
  last: string;
}

export function namePathOf(text: string): NamePath {
  const names = [''];
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === '.' && !isQuoted) names.push('');
    else names[names.length - 1] += character;
  }
  const last = names.pop() ?? '';
  return { outer: names.filter((name) => name !== ''), last };
}

/** A name inside of others, as one text. */
export const joined = (outer: readonly string[], name: string): string =>
  [...outer, name].join('.');
