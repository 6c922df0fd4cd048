import { expect, test } from 'vitest';
import { Inbox } from './inbox.js';

function open() {
  const said: string[] = [];
  const flow = { pause: () => void said.push('pause'), resume: () => void said.push('resume') };
  return { inbox: new Inbox(flow), said };
}

const message = (n: number): Uint8Array => new Uint8Array([n]);

test('gives what arrived in order, also to who came first', async () => {
  const { inbox } = open();
  const first = inbox.messages.next();
  inbox.push(message(1));
  inbox.push('text');
  expect((await first).value).toEqual(message(1));
  expect((await inbox.messages.next()).value).toBe('text');
});

test('gives the last words of who hung up, and then ends', async () => {
  const { inbox } = open();
  inbox.push(message(1));
  inbox.end();
  inbox.push(message(2));
  expect((await inbox.messages.next()).value).toEqual(message(1));
  expect((await inbox.messages.next()).done).toBe(true);
});

test('forgets what waits when we hang up, and wakes who waited', async () => {
  const { inbox } = open();
  const waiting = inbox.messages.next();
  inbox.drop();
  expect((await waiting).done).toBe(true);
});

test('holds a sender back who is faster than we are', async () => {
  const { inbox, said } = open();
  for (let n = 0; n < 63; n += 1) inbox.push(message(n));
  expect(said).toEqual([]);
  inbox.push(message(63));
  expect(said).toEqual(['pause']);
  await inbox.messages.next();
  expect(said).toEqual(['pause', 'resume']);
});
