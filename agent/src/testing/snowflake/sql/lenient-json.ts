/**
 * PARSE_JSON takes more than JSON: keys without quotes, single quotes, and values that are `undefined`, which become null.
 * What is none of that is Snowflake's error 100069.
 */
export function leniently(text: string): string {
  const strict = text
    .replace(/'((?:[^'\\]|\\.)*)'/g, (_, inner: string) => JSON.stringify(inner))
    .replace(/([{,]\s*)([A-Za-z_]\w*)\s*:/g, '$1"$2":')
    .replace(/:\s*undefined\b/g, ': null')
    .replace(/([[,]\s*)undefined\b/g, '$1null');
  try {
    return JSON.stringify(JSON.parse(strict));
  } catch (error) {
    throw new Error('100069/22P02/Error parsing JSON', { cause: error });
  }
}
