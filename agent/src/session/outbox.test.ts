import { expect, it } from 'vitest';
import { Outbox } from './outbox.js';
import type { Numbered } from './outbox.js';

const catalog = { case: 'catalog', value: {} } as const;

function listening(outbox: Outbox): bigint[] {
  const said: bigint[] = [];
  outbox.attach(({ seq }: Numbered) => void said.push(seq));
  return said;
}

it('numbers what it keeps, and says it again in order on a new line', () => {
  const outbox = new Outbox();
  outbox.add(catalog);
  const first = listening(outbox);
  outbox.add(catalog);
  outbox.add(catalog);
  expect(first).toEqual([1n, 2n, 3n]);
  outbox.detach();
  outbox.acknowledge(1n);
  outbox.add(catalog);
  expect(listening(outbox)).toEqual([2n, 3n, 4n]);
});

it('takes acks that come late, twice or in any order', async () => {
  const outbox = new Outbox();
  outbox.add(catalog);
  outbox.add(catalog);
  let isEmpty = false;
  const empty = outbox.whenEmpty().then(() => (isEmpty = true));
  for (const seq of [1n, 0n, 1n]) outbox.acknowledge(seq);
  expect(isEmpty).toBe(false);
  outbox.acknowledge(2n);
  await empty;
  expect(listening(outbox)).toEqual([]);
});

it('does not believe an ack of what was never said', () => {
  expect(() => new Outbox().acknowledge(1n)).toThrow(
    expect.objectContaining({ code: 'session.bad_ack' }),
  );
});

it('refuses what the protocol forbids, and uses up no number for it', () => {
  const outbox = new Outbox();
  const said = listening(outbox);
  expect(() =>
    outbox.add({ case: 'accepted', value: { lease: { jobId: 'not a uuid', epoch: 1n } } }),
  ).toThrow(expect.objectContaining({ kind: 'INTERNAL', code: 'session.own_frame' }));
  outbox.add(catalog);
  expect(said).toEqual([1n]);
});
