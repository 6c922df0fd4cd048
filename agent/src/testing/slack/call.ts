import type { ChannelKind, Workspace } from './workspace.js';
import type { Rates, Tier } from './rates.js';
import { Refusal } from './refusal.js';

/** One call of a method, by somebody who may make it. */
export interface Call {
  workspace: Workspace;
  /** As they came: texts, or what they are in JSON. */
  args: Readonly<Record<string, unknown>>;
  scopes: ReadonlySet<string>;
  /** Refuses a message that comes too fast. */
  pace(channelId: string): void;
  /** Where files are sent to. */
  uploadUrl: string;
}

export interface Method {
  /** Undefined: no tier, as of `auth.test` and `chat.postMessage`. */
  tier?: Tier;
  /** Any of them will do; of methods on conversations the kind decides, in the method itself. */
  scopes?: readonly string[];
  run(call: Call): Readonly<Record<string, unknown>>;
}

export class RateLimited extends Error {
  constructor(readonly seconds: number) {
    super('ratelimited');
  }
}

export function paceBy(rates: Rates | undefined, token: string): Call['pace'] {
  return (channelId) => {
    const seconds = rates?.post(token, channelId);
    if (seconds !== undefined) throw new RateLimited(seconds);
  };
}

export function assertScope(scopes: ReadonlySet<string>, wanted: readonly string[]): void {
  if (wanted.length === 0 || wanted.some((scope) => scopes.has(scope))) return;
  throw new Refusal('missing_scope', {
    needed: wanted.join(','),
    provided: [...scopes].join(','),
  });
}

/** `channels:history`, `groups:history`, `im:history`. */
export function scopeFor(kind: ChannelKind, what: string): string {
  return `${{ public: 'channels', private: 'groups', im: 'im' }[kind]}:${what}`;
}

export function textArg({ args }: Call, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : String(value as number | boolean);
}

export function flagArg(call: Call, name: string): boolean {
  return ['true', '1'].includes(textArg(call, name) ?? '');
}

/** What a form sends as JSON in a text; throws the Refusal where it is none. */
export function jsonArg({ args }: Call, name: string, code: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new Refusal(code);
  }
}

/** How many are asked for at once. */
export function limitArg(call: Call, { most, usual }: { most: number; usual: number }): number {
  const text = textArg(call, 'limit');
  if (text === undefined) return usual;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw new Refusal('invalid_limit');
  return limit;
}

/** Where a page starts, as the page before it said. */
export function cursorArg(call: Call, word: string): string | undefined {
  const cursor = textArg(call, 'cursor');
  if (cursor === undefined || cursor === '') return undefined;
  const [name, place] = Buffer.from(cursor, 'base64').toString().split(':');
  if (name !== word || !place) throw new Refusal('invalid_cursor');
  return place;
}

export function cursorOf(word: string, place: string | number): string {
  return Buffer.from(`${word}:${place}`).toString('base64');
}
