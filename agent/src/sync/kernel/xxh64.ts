// XXH64 after its specification: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (read 2026-11).
import { load64 } from './memory';

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(acc: u64, lane: u64): u64 {
  return rotl(acc + lane * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(acc: u64, lane: u64): u64 {
  return (acc ^ round(0, lane)) * P1 + P4;
}

export function xxh64(from: usize, length: usize, withSeed: u64): u64 {
  const end = from + length;
  let at = from;
  let hash: u64;
  if (length >= 32) {
    let a = withSeed + P1 + P2;
    let b = withSeed + P2;
    let c = withSeed;
    let d = withSeed - P1;
    for (; at + 32 <= end; at += 32) {
      a = round(a, load64(at));
      b = round(b, load64(at + 8));
      c = round(c, load64(at + 16));
      d = round(d, load64(at + 24));
    }
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else hash = withSeed + P5;
  hash += <u64>length;
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ round(0, load64(at)), 27) * P1 + P4;
  if (at + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(at) * P1), 23) * P2 + P3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
