import { expect, it } from 'vitest';
import { unlessAborted } from './unless-aborted.js';

const reason = new Error('asked for');

it('gives what the work gives', async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7);
  await expect(unlessAborted(Promise.reject(reason), signal)).rejects.toBe(reason);
});

it('waits no longer than it may, and lets the work fail unheard', async () => {
  const cancel = new AbortController();
  const work = Promise.withResolvers<number>();
  const waiting = unlessAborted(work.promise, cancel.signal);
  cancel.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  work.reject(new Error('nobody hears this'));
  await expect(unlessAborted(Promise.resolve(7).then(() => work.promise), cancel.signal)).rejects.toBe(reason);
}); // prettier-ignore
