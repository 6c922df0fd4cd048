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

const run = (change: Partial<SyncRequest>): Promise<SyncReport> =>
  engine.run({ fields: [column('name')], ...change }, { clock: eagerClock });
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
