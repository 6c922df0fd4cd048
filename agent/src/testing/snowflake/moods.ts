import type { Heard } from './exchange.js';

/** What the server can be told to do wrong. Each request takes the first mood that fits and is not used up. */
export interface Mood {
  /** Requests that it is for; all unless given. */
  fits?: (request: Heard) => boolean;
  /** How many requests it spoils. */
  times: number;
  does:
    | { status: number; body?: string; headers?: Readonly<Record<string, string>> }
    /** An error of Snowflake's, as HTTP 200. */
    | { code: string; message: string; sqlState?: string }
    /** Cuts the line, before anything is done or after all is. */
    | 'cut before'
    | 'cut after'
    /** Sends half of the answer and cuts the line. */
    | 'cut within'
    /** Never answers. */
    | 'hang'
    /** A query runs on until the promise ends, and then gives what it gives. */
    | { runsUntil: Promise<unknown> };
}

export function takeMood(moods: readonly Mood[], request: Heard): Mood['does'] | undefined {
  const mood = moods.find(({ times, fits }) => times > 0 && (fits?.(request) ?? true));
  if (!mood) return undefined;
  mood.times -= 1;
  return mood.does;
}
