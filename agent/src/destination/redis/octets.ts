import type { ValueType } from '../../connector/value.js';
import { unescapeText } from '../../connector/lines.js';

/**
 * Bytes as a text of one character each (U+0000 to U+00FF). A Redis value is any bytes and its length is counted in them;
 * so a row goes from the engine's lines to the socket without being decoded, measured and encoded again.
 */
export type Octets = string;

export function octetsOf(text: string): Octets {
  return Buffer.from(text).toString('latin1');
}

export function textOf(octets: Octets): string {
  return Buffer.from(octets, 'latin1').toString();
}

/** The lines' fields (`connector/value.ts`), unescaped. */
export function octetRowsOf(lines: Uint8Array): (Octets | null)[][] {
  if (lines.length === 0) return [];
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length - 1).toString('latin1');
  return text.split('\n').map((line) => {
    const fields: (Octets | null)[] = line.split('\t');
    // Most rows have nothing to unescape, and no NULL.
    return line.includes('\\') ? (fields as Octets[]).map(unescapeText) : fields;
  });
}

/** What is written for a value of a type: canonical text but for two, which Redis has better words for. */
export function writerOf(type: ValueType): (canonical: Octets) => Octets {
  if (type === 'boolean') return (text) => (text === 't' ? 'true' : 'false');
  if (type === 'bytes') return (text) => Buffer.from(text.slice(2), 'hex').toString('latin1');
  return (text) => text;
}
