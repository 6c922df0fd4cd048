import type { Octets } from './octets.js';

// Which of a cluster's slots a key is in: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/,
// "Key distribution model" and "Hash tags", read 2026-11.

export const slots = 16_384;

export function slotOf(key: Octets): number {
  return crc16(hashedPart(key)) % slots;
}

/** What stands between the first brace and the next closing one, if anything does; else all of it. */
function hashedPart(key: Octets): Octets {
  const from = key.indexOf('{');
  const to = from === -1 ? -1 : key.indexOf('}', from + 1);
  return to > from + 1 ? key.slice(from + 1, to) : key;
}

/** CRC-16/XMODEM: polynomial 0x1021, from 0, nothing reflected. */
function crc16(octets: Octets): number {
  let crc = 0;
  for (let n = 0; n < octets.length; n += 1)
    crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ octets.charCodeAt(n)] as number);
  return crc;
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});
