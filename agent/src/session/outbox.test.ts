import { expect, it } from 'vitest';
import { Outbox } from './outbox.js';
import type { Numbered } from './outbox.js';

const catalog = { case: 'catalog', value: {} } as const;
const accepted = {
  case: 'accepted',
  value: { lease: { jobId: '11111111-0000-4000-8000-000000000000', epoch: 1n } },
} as const;

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
  outbox.add(accepted);
  outbox.add(accepted);
  let isTold = false;
  const told = outbox.whenJobsAreTold().then(() => (isTold = true));
  for (const seq of [1n, 0n, 1n]) outbox.acknowledge(seq);
  expect(isTold).toBe(false);
  outbox.acknowledge(2n);
  await told;
  expect(listening(outbox)).toEqual([]);
});

it('keeps nobody waiting for a catalog that was not heard', async () => {
  const outbox = new Outbox();
  outbox.add(catalog);
  await outbox.whenJobsAreTold();
  expect(listening(outbox)).toEqual([1n]);
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
