import { createHash } from 'node:crypto';

/** A way in which a value could have been written down, and the bytes to look for. */
export interface Needle {
  form: string;
  bytes: Buffer;
}

/** A needle that was found, and where. The value itself is not repeated. */
export interface Sighting {
  canary: string;
  form: string;
  place: string;
}

/**
 * Every form in which a value of a row could leak: as it is, escaped, encoded, in other character sets, packed
 * into a number, or hashed. Values should be long and unique, or they would be found by chance.
 */
export function needlesOf(value: string): Needle[] {
  const utf8 = Buffer.from(value);
  return [
    { form: 'plain', bytes: utf8 },
    { form: 'upper case', bytes: Buffer.from(value.toUpperCase()) },
    { form: 'lower case', bytes: Buffer.from(value.toLowerCase()) },
    { form: 'URL-escaped', bytes: Buffer.from(encodeURIComponent(value)) },
    { form: 'JSON-escaped', bytes: Buffer.from(asciiJson(value)) },
    { form: 'UTF-16LE', bytes: Buffer.from(value, 'utf16le') },
    { form: 'UTF-16BE', bytes: Buffer.from(value, 'utf16le').swap16() },
    ...hexOf('hex', utf8),
    ...[0, 1, 2].flatMap((offset) => base64Of(utf8, offset)),
    ...numberNeedles(value),
    ...['md5', 'sha1', 'sha256'].flatMap((algorithm) => hashNeedles(algorithm, utf8)),
  ];
}

/** Looks for canaries (by name) in named bytes. */
export function searchFor(
  canaries: Readonly<Record<string, string>>,
  places: Iterable<readonly [place: string, bytes: Buffer]>,
): Sighting[] {
  const needles = Object.entries(canaries).map(([canary, value]) => ({
    canary,
    needles: needlesOf(value),
  }));
  return [...places].flatMap(([place, bytes]) =>
    needles.flatMap(({ canary, needles: forms }) =>
      forms
        .filter(({ bytes: needle }) => bytes.includes(needle))
        .map(({ form }) => ({ canary, form, place })),
    ),
  );
}

function hexOf(form: string, bytes: Buffer): Needle[] {
  const hex = bytes.toString('hex');
  return [
    { form, bytes: Buffer.from(hex) },
    { form: `${form}, upper case`, bytes: Buffer.from(hex.toUpperCase()) },
  ];
}

/**
 * Base64 of the value where `offset` unknown bytes stand before it. Only the characters that depend on the value
 * alone are kept, in both alphabets.
 */
function base64Of(bytes: Buffer, offset: number): Needle[] {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64');
  const text = whole.slice(offset === 0 ? 0 : 4);
  return [
    { form: `base64 at ${offset}`, bytes: Buffer.from(text) },
    {
      form: `base64url at ${offset}`,
      bytes: Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')),
    },
  ];
}

function hashNeedles(algorithm: string, bytes: Buffer): Needle[] {
  const digest = createHash(algorithm).update(bytes).digest();
  return [
    { form: `${algorithm}, raw`, bytes: digest },
    ...hexOf(`${algorithm}, hex`, digest),
    {
      form: `${algorithm}, base64`,
      bytes: Buffer.from(digest.toString('base64').replace(/=+$/, '')),
    },
  ];
}

/** Whole numbers also travel as varints and as eight bytes. */
function numberNeedles(value: string): Needle[] {
  if (!/^\d{15,18}$/.test(value)) return [];
  const number = BigInt(value);
  const little = Buffer.alloc(8);
  little.writeBigInt64LE(number);
  return [
    { form: 'varint', bytes: varintOf(number) },
    { form: '64 bits, little-endian', bytes: little },
    { form: '64 bits, big-endian', bytes: Buffer.from(little.toReversed()) },
  ];
}

function varintOf(number: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = number; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

function asciiJson(value: string): string {
  return JSON.stringify(value)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
