import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import http from '../destination/http/index.js';
import { column, eagerClock, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver, Received, Reply } from '../testing/http-receiver.js';
import { memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { Limiter } from './limiter.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// What an endpoint answers, and what the engine makes of it, over real HTTP. Numbers are the invariants' of run-sync.ts.

let reply: (rows: TextRow[], request: Received) => Reply;
let taken: TextRow[];
let receiver: HttpReceiver;
let destination: DestinationConnection;
let engine: Engine;
let table: TextRow[];

const rowsOf = ({ body }: Received): TextRow[] => [JSON.parse(body) as TextRow | TextRow[]].flat();
const take = (rows: TextRow[]): Reply => {
  taken.push(...rows);
  return { status: 200, body: '{}' };
};

beforeEach(async () => {
  taken = [];
  reply = take;
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}` }));
  receiver = await openHttpReceiver((request) => reply(rowsOf(request), request));
  destination = http.open({
    settings: readSettings(http.settings, { baseUrl: receiver.url }),
    secrets: { secret: undefined },
  });
  engine = await openEngine({
    source: memorySource(() => table),
    destination,
    store: new MemoryStore(),
  });
});
afterEach(async () => {
  await engine.close();
  await destination.close();
  await receiver.close();
});

/** One request after the other. */
const run = (change: Partial<SyncRequest>): Promise<SyncReport> => {
  const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 1 }, eagerClock);
  return engine.run({ fields: [column('name')], ...change }, { clock: eagerClock, limiter });
};
const nothing = { action: 'nothing' as const, set: [] };
const appending = {
  mode: 'append' as const,
  onRemoved: nothing,
  key: [],
  fields: [column('id')],
  options: { batch: { size: 7 } },
};

describe('an endpoint that fails', () => {
  /** The first request is taken, and answered so. */
  const takesAndSays = (status: number): void => {
    let failures = 1;
    reply = (rows) => {
      take(rows);
      return { status: failures-- > 0 ? status : 200 };
    };
  };

  it.each([500, 502, 504, 524])(
    'with %i, may have taken what it had: nothing is appended twice (invariant 3)',
    async (status) => {
      takesAndSays(status);
      expect(await run(appending)).toMatchObject({
        outcome: 'completed_with_errors',
        counts: { sent: 13, uncertain: 7 },
        errors: [
          {
            count: 7,
            failure: { code: 'destination.failed_midway', vendorCode: String(status) },
          },
        ],
      });
      expect(await run(appending)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
      expect(taken).toHaveLength(20);
    },
  );

  it('has the rows again in the next run where the sync says so', async () => {
    takesAndSays(502);
    await run({ ...appending, uncertain: 'resend' });
    expect(await run({ ...appending, uncertain: 'resend' })).toMatchObject({
      counts: { sent: 7, uncertain: 0 },
    });
    expect(taken).toHaveLength(27);
  });

  it.each([408, 425, 429, 503])(
    'with %i, has taken nothing: the rows are sent again in the same run',
    async (status) => {
      let failures = 2;
      reply = (rows) => (failures-- > 0 ? { status } : take(rows));
      expect(await run(appending)).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
      expect(taken).toHaveLength(20);
    },
  );

  it('is asked again for what is safe to send twice', async () => {
    takesAndSays(504);
    const putting = { added: { method: 'PUT', url: 'person/{{ id }}' } };
    expect(await run({ mode: 'upsert', onRemoved: nothing, options: putting })).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20, uncertain: 0 },
    });
    expect(taken).toHaveLength(21);
  });
});

describe('rows that an endpoint puts off while it takes others', () => {
  const byRow = { ...appending.options, results: { path: 'results' } };
  const appendingByRow = { ...appending, options: byRow };
  const putting = {
    mode: 'upsert' as const,
    onRemoved: nothing,
    options: { ...byRow, added: { method: 'PUT' }, changed: { method: 'PUT' } },
  };
  /** Takes rows by their status: 200, and what a gateway says of a row that its backend has taken. */
  const answers = (statusOf: (row: TextRow) => number): void => {
    reply = (rows) => {
      const results = rows.map((row) => ({ status: statusOf(row) }));
      take(rows.filter((_, n) => [200, 502].includes(results[n]?.status ?? 0)));
      return { status: 207, body: JSON.stringify({ results }) };
    };
  };
  /** So many times for the rows of these ids, then 200. */
  const putsOff = (ids: Record<string, number>, times: number): void => {
    const left = new Map(Object.keys(ids).map((id) => [id, times]));
    answers(({ id }) => {
      const more = left.get(String(id)) ?? 0;
      left.set(String(id), more - 1);
      return more > 0 ? (ids[String(id)] ?? 200) : 200;
    });
  };
  const asked = (): string[][] =>
    receiver.received.map((request) => rowsOf(request).map(({ id }) => String(id)));

  it('has them again by themselves, neighbours together (invariants 1, 8)', async () => {
    table = table.slice(0, 7);
    putsOff({ 1: 429, 4: 503, 5: 503 }, 2);
    expect(await run(appendingByRow)).toMatchObject({ outcome: 'succeeded', counts: { sent: 7 } });
    const all = ['0', '1', '2', '3', '4', '5', '6'];
    expect(asked()).toEqual([all, ['1'], ['4', '5'], ['1'], ['4', '5']]);
    expect(taken).toHaveLength(7);
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
  });

  it('rejects them in the end, and sends them in the next run (invariant 2)', async () => {
    putsOff({ 8: 429 }, 6);
    expect(await run(appendingByRow)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 19, rejected: 1 },
      errors: [{ count: 1, failure: { code: 'destination.rate_limited', vendorCode: '429' } }],
    });
    expect(asked().filter((ids) => ids.includes('8'))).toHaveLength(6);
    expect(await run(appendingByRow)).toMatchObject({ counts: { sent: 1, rejected: 0 } });
    expect(taken).toHaveLength(20);
  });

  it('waits no longer for them than it may', async () => {
    table = table.slice(0, 7);
    reply = (rows) => {
      const body = JSON.stringify({ results: rows.map(({ id }) => (id === '2' ? 429 : 200)) });
      return { status: 207, headers: { 'retry-after': '301' }, body };
    };
    expect(await run(appendingByRow)).toMatchObject({ counts: { sent: 6, rejected: 1 } });
    expect(receiver.received).toHaveLength(1);
  });

  it('repeats none that may have been taken, beside others that were not (invariant 3)', async () => {
    putsOff({ 3: 502, 4: 429 }, 1);
    expect(await run(appendingByRow)).toMatchObject({ counts: { sent: 19, uncertain: 1 } });
    expect(await run(appendingByRow)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
    expect(taken).toHaveLength(20);
  });

  it('stops when every row may have been taken, batch after batch', async () => {
    table = Array.from({ length: 100 }, (_, n) => ({ id: String(n), name: `n ${n}` }));
    answers(() => 502);
    expect(await run(appendingByRow)).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'delivery.gave_up' } },
      counts: { uncertain: 70, pending: 30 },
    });
    expect(taken).toHaveLength(70);
  });

  it('sends again what may be sent twice, and what is left unknown in the next run (invariant 2)', async () => {
    putsOff({ 3: 502 }, 1);
    expect(await run(putting)).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    table[3] = { id: '3', name: 'new' };
    let tries = 0;
    answers(({ id }) => (id !== '3' ? 200 : ++tries === 1 ? 502 : 503));
    expect(await run(putting)).toMatchObject({ counts: { changed: 1, sent: 0, uncertain: 1 } });
    // The record is the new one by now, and nobody was told.
    table[3] = { id: '3', name: 'n 3' };
    answers(() => 200);
    expect(await run(putting)).toMatchObject({ counts: { changed: 1, sent: 1 } });
    expect(taken.at(-1)).toEqual({ id: '3', name: 'n 3' });
  });
});
