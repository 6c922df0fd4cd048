import { expect, it, vi } from 'vitest';
import { makeStore } from './store.js';

it('tells of another value, once, and not after leaving', () => {
  const store = makeStore(1);
  const listener = vi.fn<() => void>();
  const leave = store.subscribe(listener);
  store.set(1);
  store.set(2);
  leave();
  store.set(3);
  expect(listener).toHaveBeenCalledTimes(1);
  expect(store.get()).toBe(3);
});
