/**
 * PARSE_JSON takes more than JSON: keys without quotes, single quotes, `undefined`, NaN and infinities. The last three stay as
 * they are, and the driver is given what is no JSON, as by Snowflake unless STRICT_JSON_OUTPUT is set. What is none of that is
 * error 100069.
 */
export function leniently(text: string): string {
  const quoted = text
    .replace(/'((?:[^'\\]|\\.)*)'/g, (_, inner: string) => JSON.stringify(inner))
    .replace(/([{,]\s*)([A-Za-z_]\w*)\s*:/g, '$1"$2":');
  const strict = quoted.replace(/([:[,]\s*)(undefined|NaN|-?Infinity)(?=\s*[\],}])/g, '$1null');
  try {
    const value: unknown = JSON.parse(strict);
    return strict === quoted ? JSON.stringify(value) : quoted;
  } catch (error) {
    throw new Error('100069/22P02/Error parsing JSON', { cause: error });
  }
}

/** A VARIANT can hold an element of XML, which the driver is given as its text. */
export function xmlText(text: string): string {
  const xml = text.trim();
  if (/^<([\w:.-]+)[^>]*(\/>|>[\s\S]*<\/\1>)$/.test(xml)) return xml;
  throw new Error('100100/22P02/Error parsing XML: not an element');
}
