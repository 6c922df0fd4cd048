import { canonicalJson } from '../canonical-json.js';
import { digestOf } from './canonical.js';
import type { Section, Specification } from './entry.js';

/** SHA-256 of an entry, in hex: whoever changes it says by this which one was looked at. */
export const entryDigest = (entry: Specification[Section][string]): string =>
  digestOf(new TextEncoder().encode(canonicalJson(entry)));
