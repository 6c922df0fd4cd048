import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { needlesOf, searchFor } from './canary.js';

const value = 'canary-Zürich/"x"+0123456789';

function formsFoundIn(bytes: Buffer, canary = value): string[] {
  return searchFor({ canary }, [['here', bytes]]).map((sighting) => sighting.form);
}

describe('the search for canaries', () => {
  const hidden: [string, Buffer][] = [
    ['plain', Buffer.from(`..${value}..`)],
    ['upper case', Buffer.from(value.toUpperCase())],
    ['URL-escaped', Buffer.from(encodeURIComponent(value))],
    ['JSON-escaped', Buffer.from(String.raw`canary-Z\u00fcrich/\"x\"+0123456789`)],
    ['UTF-16LE', Buffer.from(value, 'utf16le')],
    ['hex', Buffer.from(Buffer.from(value).toString('hex'))],
    ['base64 at 0', Buffer.from(Buffer.from(value).toString('base64'))],
    ['base64 at 1', Buffer.from(Buffer.from(`a${value}zz`).toString('base64'))],
    ['base64 at 2', Buffer.from(Buffer.from(`ab${value}z`).toString('base64'))],
    ['base64url at 1', Buffer.from(Buffer.from(`a${value}`).toString('base64url'))],
    ['md5, hex', Buffer.from(createHash('md5').update(value).digest('hex'))],
    ['sha1, base64', Buffer.from(createHash('sha1').update(value).digest('base64'))],
    ['sha256, raw', createHash('sha256').update(value).digest()],
  ];
  it.each(hidden)('finds a value written as %s', (form, bytes) => {
    expect(formsFoundIn(bytes)).toContain(form);
  });

  it('finds a number packed into a protobuf varint', () => {
    // 300_000_000_000_000_001 as a varint, made by hand: seven bits a byte, least first.
    const varint = Buffer.from([0x81, 0x80, 0xf8, 0xc4, 0x91, 0x8d, 0xf4, 0x94, 0x04]);
    expect(varint.reduceRight((sum, byte) => sum * 128n + BigInt(byte & 127), 0n)).toBe(
      300_000_000_000_000_001n,
    );
    expect(formsFoundIn(varint, '300000000000000001')).toContain('varint');
  });

  it('finds nothing where nothing is', () => {
    expect(formsFoundIn(Buffer.from('canary-Bern 0123456789'))).toEqual([]);
    expect(needlesOf(value).every(({ bytes }) => bytes.length >= 10)).toBe(true);
  });
});
