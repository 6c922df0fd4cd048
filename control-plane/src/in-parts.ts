import { setImmediate } from 'node:timers/promises';

/**
 * A long list part by part, with a turn for everybody else between two of them: what takes a millisecond for one of ten
 * thousand things must not keep heartbeats waiting for ten seconds.
 */
export async function* inParts<One>(
  items: readonly One[],
  size: number,
): AsyncGenerator<readonly One[]> {
  for (let at = 0; at < items.length; at += size) {
    if (at > 0) await setImmediate();
    yield items.slice(at, at + size);
  }
}
