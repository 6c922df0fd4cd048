import { createHash } from 'node:crypto';
import type { Octets } from './octets.js';

// What Redis is asked, as its protocol has it: an array of texts with their lengths in bytes.
// https://redis.io/docs/latest/develop/reference/protocol-spec/, read 2026-11.

/** One command of one row. */
export interface Ask {
  /** The Redis key that it is about; a cluster finds the node by it. */
  key: Octets;
  /** The whole command. */
  bytes: Octets;
  /** What must be known to the server before. */
  script?: Script;
}

export function bulk(octets: Octets): Octets {
  return `$${octets.length}\r\n${octets}\r\n`;
}

export function command(words: readonly Octets[]): Octets {
  return `*${words.length}\r\n${words.map(bulk).join('')}`;
}

export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** A script is one step for all others, so a row that needs several commands is written whole or not at all. */
export function makeScript(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

export function askScript(script: Script, key: Octets, args: readonly Octets[]): Ask {
  return { key, bytes: command(['EVALSHA', script.sha1, '1', key, ...args]), script };
}

export function ask(name: string, key: Octets, args: readonly Octets[]): Ask {
  return { key, bytes: command([name, key, ...args]) };
}
