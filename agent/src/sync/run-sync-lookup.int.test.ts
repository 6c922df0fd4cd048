import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import http from '../destination/http/index.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver, Received, Reply } from '../testing/http-receiver.js';
import { memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { SyncReport } from './sync-request.js';

// Lookups of the whole engine over real HTTP. Numbers are the invariants' of run-sync.ts.

interface Account {
  domain: string;
  id: number;
}

let accounts: Account[];
let busy: number;
/** Answers to records that were made all the same. */
let failing: Reply[];
let receiver: HttpReceiver;
let destination: DestinationConnection;
let engine: Engine;
let table: TextRow[];

const answer = ({ url, body }: Received): Reply => {
  const json = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(value) });
  if (url === '/person') return { status: 200 };
  if (busy-- > 0) return { status: 429, headers: { 'retry-after': '1' } };
  if (url === '/account/search') {
    const asked = [JSON.parse(body) as Account | Account[]].flat().map(({ domain }) => domain);
    return json({ data: accounts.filter(({ domain }) => asked.includes(domain)) });
  }
  const made = { ...(JSON.parse(body) as Account), id: 9_007_199 + accounts.length };
  accounts.push(made);
  return failing.shift() ?? json({ data: made });
};
const heard = (url: string): Received[] =>
  receiver.received.filter((request) => request.url === url);
const sent = (): Record<string, unknown>[] =>
  heard('/person').map(({ body }) => JSON.parse(body) as Record<string, unknown>);

beforeEach(async () => {
  accounts = Array.from({ length: 20 }, (_, n) => ({ domain: `${n}.example`, id: n }));
  busy = 0;
  failing = [];
  table = Array.from({ length: 100 }, (_, n) => ({
    id: String(n),
    name: 'n',
    domain: `${n % 25}.example`,
  }));
  receiver = await openHttpReceiver(answer);
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

const run = (onMiss: 'reject' | 'create'): Promise<SyncReport> => {
  const match = [{ field: 'domain', column: 'domain' }];
  const lookup = { object: 'account', match, returns: 'id', onMiss, onMany: 'reject' as const };
  const value = { kind: 'lookup' as const, lookup };
  return engine.run({
    mode: 'upsert',
    onRemoved: { action: 'nothing', set: [] },
    fields: [column('name'), { field: 'account', value, nulls: 'send' }],
    options: {
      lookup: { method: 'POST', url: '{{ object }}/search', size: 10, path: 'data' },
      missing: { path: 'data' },
    },
  });
};

describe('lookups over HTTP', () => {
  it('ask in batches before anything is sent, and wait when they are told to (invariants 6, 8)', async () => {
    busy = 2;
    expect(await run('reject')).toMatchObject({
      counts: { added: 100, sent: 80, rejected: 20 },
      errors: [{ failure: { code: 'lookup.missing' }, count: 20 }],
    });
    expect(heard('/account/search')).toHaveLength(3 + 2);
    const firstSent = receiver.received.findIndex(({ url }) => url === '/person');
    const lastAsked = receiver.received.findLastIndex(({ url }) => url !== '/person');
    expect(lastAsked).toBeLessThan(firstSent);
    for (const { id, account } of sent()) expect(account).toBe(Number(id) % 25);
  });

  it('make what is missing once, and give its id to every row that refers to it (invariant 3)', async () => {
    expect(await run('create')).toMatchObject({ outcome: 'succeeded', counts: { sent: 100 } });
    expect(heard('/account')).toHaveLength(5);
    const idOf = new Map(accounts.map(({ domain, id }) => [domain, id]));
    for (const { id, account } of sent())
      expect(account).toBe(idOf.get(`${Number(id) % 25}.example`));
    table.push({ id: '200', name: 'late', domain: '24.example' });
    expect(await run('create')).toMatchObject({ counts: { unchanged: 100, sent: 1 } });
    expect(heard('/account')).toHaveLength(5);
  });

  it.each([500, 502, 504])(
    'make nothing twice where a gateway says %i of what its backend made (invariant 3)',
    async (status) => {
      failing = [{ status }];
      expect(await run('create')).toMatchObject({ outcome: 'succeeded', counts: { sent: 100 } });
      expect(heard('/account')).toHaveLength(5);
      expect(accounts).toHaveLength(25);
    },
  );
});
