import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBatch } from '../../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  Outcome,
  Target,
  TargetField,
} from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord } from '../../testing/destination-contract.js';
import { openHttpReceiver } from '../../testing/http-receiver.js';
import type { HttpReceiver, Received, Reply } from '../../testing/http-receiver.js';
import { batchTarget } from '../../testing/batch-target.js';
import http from './index.js';

const never = new AbortController().signal;
const field = (name: string, type: TargetField['type'], nulls: TargetField['nulls'] = 'send') => ({
  name,
  type,
  nulls,
});

/** An endpoint with a memory: PUT and POST set what the body names, DELETE removes it; a negative score is refused. */
function recordsEndpoint() {
  const objects = new Map<string, Map<string, Record<string, unknown>>>();
  const of = (object: string): Map<string, Record<string, unknown>> => {
    const records = objects.get(object) ?? new Map<string, Record<string, unknown>>();
    objects.set(object, records);
    return records;
  };
  const keyOf = (record: Record<string, unknown>): string =>
    JSON.stringify([record['region'], record['id']]);
  const answer = ({ method, url, body, headers }: Received): Reply => {
    if (headers['authorization'] !== 'Bearer right') return { status: 401, body: 'who are you?' };
    if (method === 'HEAD') return { status: 204 };
    const records = of(new URL(url, 'http://host').pathname.slice(1));
    if (method === 'GET') return { status: 200, body: found([...records.values()], url) };
    const record = JSON.parse(body) as Record<string, unknown>;
    if (method === 'DELETE') return { status: records.delete(keyOf(record)) ? 204 : 404 };
    if (method === 'PATCH' && !records.has(keyOf(record))) return { status: 404 };
    if (url.endsWith('?new') && records.has(keyOf(record))) return { status: 409 };
    if (url.endsWith('?archive')) return { status: records.has(keyOf(record)) ? 200 : 404 };
    if (Number(record['score']) < 0) return { status: 422, body: `${body} is refused` };
    records.set(keyOf(record), {
      name: null,
      score: null,
      ...records.get(keyOf(record)),
      ...record,
    });
    return { status: 200, body: JSON.stringify(records.get(keyOf(record))) };
  };
  const found = (records: Record<string, unknown>[], url: string): string => {
    const query = [...new URL(url, 'http://host').searchParams];
    const isMeant = (record: Record<string, unknown>): boolean =>
      query.every(([name, value]) => String(record[name]) === value);
    return JSON.stringify(records.filter(isMeant));
  };
  const text = (value: unknown): string | null => (value === null ? null : String(value));
  const list = (object: string): ContractRecord[] =>
    [...of(object).values()]
      .map(({ region, id, name, score }) => ({
        region: String(region),
        id: String(id),
        name: text(name),
        score: text(score),
      }))
      .toSorted((a, b) => (`${a.region} ${a.id}` < `${b.region} ${b.id}` ? -1 : 1));
  const seed = (object: string, records: readonly ContractRecord[]): void => {
    for (const each of records) {
      const record = { ...each, id: Number(each.id) };
      of(object).set(keyOf(record), record);
    }
  };
  return { answer, list, seed };
}

destinationContract(http, async () => {
  const endpoint = recordsEndpoint();
  const receiver = await openHttpReceiver(endpoint.answer);
  let objects = 0;
  return {
    settings: { baseUrl: receiver.url },
    secrets: { secret: 'Bearer right' },
    absent: { baseUrl: 'http://127.0.0.1:1/' },
    wrongSecrets: { secret: 'Bearer guessed' },
    makeObject: async (_, { removal, mode }) => {
      const name = `record${++objects}`;
      const options = {
        ...(removal === 'archive' && { removed: { method: 'PUT', url: `${name}?archive` } }),
        ...(mode === 'create' && { added: { method: 'POST', url: `${name}?new` } }),
      };
      return { name, options };
    },
    seed: async (object, records) => endpoint.seed(object, records),
    records: async (object) => endpoint.list(object),
    cut: async (_, when) => receiver.cutNext(when),
    hold: async () => receiver.holdNext(),
    close: () => receiver.close(),
  };
});

describe('HTTP as a destination', () => {
  let receiver: HttpReceiver;
  let destination: DestinationConnection;
  let replies: Reply[];

  beforeEach(async () => {
    replies = [];
    receiver = await openHttpReceiver(() => replies.shift() ?? { status: 200, body: '{}' });
    destination = connect({});
  });
  afterEach(async () => {
    await destination.close();
    await receiver.close();
  });

  const connect = (settings: RawSettings): DestinationConnection =>
    http.open({
      settings: readSettings(http.settings, {
        baseUrl: `${receiver.url}api/v1`,
        headers: { 'x-team': 'growth' },
        secretHeader: 'x-key',
        ...settings,
      }),
      secrets: { secret: 'k3y' },
    });
  const open = async (options: RawSettings = {}, to = destination): Promise<Target> =>
    batchTarget(
      await to.open(
        {
          object: 'people',
          mode: 'mirror',
          removal: 'delete',
          key: [field('id', 'text')],
          fields: [field('mrr', 'decimal'), field('vip', 'boolean', 'omit'), field('tags', 'json')],
          set: [],
          options,
          tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
          lastCheck: () => undefined,
        },
        never,
      ),
    );
  const ada = ['a/d&a ż', '12345678901234567890.10', 't', '{"a":[1,2]}'];
  const bob = ['bob', 'NaN', null, null];
  const send = (
    target: Target,
    rows: (string | null)[][],
    change: Batch['change'] = 'added',
    kind: Batch['kind'] = change === 'removed' ? 'delete' : 'upsert',
  ): Promise<Outcome[]> =>
    target.deliver(
      makeBatch({
        kind,
        change,
        key: [field('id', 'text')],
        fields: [field('mrr', 'decimal'), field('vip', 'boolean', 'omit'), field('tags', 'json')],
        lines: linesOf(rows),
        size: rows.length,
        attempt: 'r.1',
        from: 0,
      }),
      never,
    );
  const said = (): unknown[] =>
    receiver.received.map(({ method, url, body }) => [method, url, body]);

  it('asks by method, URL and body for added, changed and removed rows', async () => {
    const target = await open({
      added: { method: 'POST', url: 'people' },
      changed: { method: 'PATCH', url: 'people/{{ id }}?full=1', body: '{"mrr":{{ mrr }}}' },
      removed: { method: 'DELETE', url: 'people/{{ id }}' },
    });
    await send(target, [ada]);
    await send(target, [ada], 'changed');
    await send(target, [ada], 'removed');
    const record = '{"id":"a/d&a ż","mrr":12345678901234567890.10,"vip":true,"tags":{"a":[1,2]}}';
    expect(said()).toEqual([
      ['POST', '/api/v1/people', record],
      ['PATCH', '/api/v1/people/a%2Fd%26a%20%C5%BC?full=1', '{"mrr":12345678901234567890.10}'],
      ['DELETE', '/api/v1/people/a%2Fd%26a%20%C5%BC', record],
    ]);
    expect(receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'r.1.added.0-1',
      'x-team': 'growth',
      'x-key': 'k3y',
    });
  });

  it.each([
    ['array', 'application/json', '[A,B]'],
    ['records', 'application/json', '{"records":[A,B]}'],
    ['ndjson', 'application/x-ndjson', 'A\nB\n'],
  ])('sends many rows in a request, as %s', async (shape, type, body) => {
    const target = await open({ batch: { size: 100, shape } });
    expect(target.maxRows).toBe(100);
    await send(target, [ada, bob]);
    const a = '{"id":"a/d&a ż","mrr":12345678901234567890.10,"vip":true,"tags":{"a":[1,2]}}';
    const b = '{"id":"bob","mrr":"NaN","tags":null}';
    expect(receiver.received[0]?.body).toBe(body.replace('A', a).replace('B', b));
    expect(receiver.received[0]?.headers['content-type']).toBe(type);
  });

  it('reads one answer for each row', async () => {
    const results = { path: 'data.results', status: 'code', ok: ['201'] };
    const target = await open({ batch: { size: 9 }, results });
    const entries = [{ code: 201 }, { code: 422, text: 'bob is wrong' }, { code: 503 }, { code: 401 }];
    replies.push({ status: 207, headers: { 'retry-after': '9' }, body: JSON.stringify({ data: { results: entries } }) });
    const outcomes = await send(target, [ada, bob, bob, bob]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', failure: { kind: 'REJECTED', vendorCode: '422' } },
      { kind: 'rejected', failure: { kind: 'TRANSIENT', vendorCode: '503', retryAfterMs: 9_000 } },
      { kind: 'rejected', failure: { kind: 'REJECTED', vendorCode: '401' } },
    ]);
    expect(JSON.stringify(outcomes.map((each) => 'failure' in each && each.failure.message))).not.toContain('bob');
  }); // prettier-ignore

  it('skips a record that is to be created and is there, and nothing else that conflicts', async () => {
    const one = await open();
    replies.push({ status: 409 }, { status: 409 });
    expect(await send(one, [ada], 'added', 'create')).toEqual([{ kind: 'skipped' }]);
    await expect(send(one, [ada])).rejects.toMatchObject({ kind: 'REJECTED' });
    const many = await open({ batch: { size: 9 }, results: {} });
    const body = JSON.stringify([{ status: 409 }, { status: 201 }]);
    replies.push({ status: 207, body }, { status: 207, body }, { status: 409 });
    const kinds = async (kind: 'create' | 'upsert'): Promise<string[]> =>
      (await send(many, [ada, bob], 'added', kind)).map((outcome) => outcome.kind);
    expect(await kinds('create')).toEqual(['skipped', 'accepted']);
    expect(await kinds('upsert')).toEqual(['rejected', 'accepted']);
    // The engine finds out which of them.
    await expect(kinds('create')).rejects.toMatchObject({ kind: 'REJECTED' });
  });

  it('counts rows that are gone as removed, one by one (invariant 9)', async () => {
    const target = await open({ batch: { size: 9 }, results: {} });
    const body = JSON.stringify([
      { status: 404 },
      { status: 204 },
      { status: 410 },
      { status: 409 },
    ]);
    replies.push({ status: 207, body }, { status: 207, body });
    const kinds = async (change: Batch['change']): Promise<string[]> =>
      (await send(target, [ada, bob, bob, bob], change)).map(({ kind }) => kind);
    expect(await kinds('removed')).toEqual(['accepted', 'accepted', 'accepted', 'rejected']);
    expect(await kinds('changed')).toEqual(['rejected', 'accepted', 'rejected', 'rejected']);
  });

  it.each(['not json', '{"data":{}}', '{"data":{"results":[{}]}}'])(
    'stops at an answer that does not fit: %s',
    async (body) => {
      const target = await open({ batch: { size: 9 }, results: { path: 'data.results' } });
      replies.push({ status: 200, body });
      await expect(send(target, [ada, bob])).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'destination.bad_answer',
      });
    },
  );

  it.each([
    [429, { 'retry-after': '7' }, 'TRANSIENT', 'destination.rate_limited', 7_000],
    [503, { 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT', date: 'Tue, 24 Nov 2026 10:00:00 GMT' }, 'TRANSIENT', 'destination.busy', 30_000],
    [429, { 'retry-after': '9'.repeat(400) }, 'TRANSIENT', 'destination.rate_limited', 31_536_000_000],
    [429, { 'retry-after': '-7' }, 'TRANSIENT', 'destination.rate_limited', 0],
    [500, { 'retry-after': '3' }, 'TRANSIENT', 'destination.failed_midway', 3_000],
    [502, {}, 'TRANSIENT', 'destination.failed_midway', 0],
    [501, {}, 'TRANSIENT', 'destination.busy', 0],
    [408, {}, 'TRANSIENT', 'destination.busy', 0],
    [401, {}, 'CONFIG', 'destination.auth_failed', 0],
    [403, {}, 'CONFIG', 'destination.forbidden', 0],
    [302, { location: 'http://127.0.0.1:1/' }, 'CONFIG', 'destination.redirected', 0],
    [400, {}, 'REJECTED', 'destination.rejected', 0],
    [409, {}, 'REJECTED', 'destination.rejected', 0],
  ] as const)('sorts %i by who must act, and keeps what it echoes to itself', async (...row) => {
    const [status, headers, kind, code, retryAfterMs] = row;
    const target = await open();
    replies.push({ status, headers, body: 'echo: secret-4711' });
    const failure = await send(target, [ada]).catch((error: unknown) => error);
    const detail = 'echo: secret-4711';
    expect(failure).toMatchObject({ kind, code, retryAfterMs, vendorCode: String(status), detail });
    expect((failure as Error).message).not.toContain('4711');
    expect(receiver.received).toHaveLength(1);
  }); // prettier-ignore

  it('waits no longer than it may for an answer', async () => {
    const impatient = connect({ timeout: 1 });
    const target = await open({}, impatient);
    const { release } = receiver.holdNext();
    await expect(send(target, [ada])).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'destination.no_answer',
    });
    await release();
    await impatient.close();
  });

  it('counts a record that is gone as removed; of many at once the engine finds which', async () => {
    replies.push({ status: 404 }, { status: 410 }, { status: 404 });
    const target = await open({ batch: { size: 9 } });
    expect(await send(target, [ada], 'removed')).toEqual([{ kind: 'accepted' }]);
    expect(await send(target, [ada], 'removed')).toEqual([{ kind: 'accepted' }]);
    await expect(send(target, [ada, bob], 'removed')).rejects.toMatchObject({ kind: 'REJECTED' });
  });

  it('knows what is safe to send twice, by the method of each change', async () => {
    const target = await open({ added: { method: 'POST' }, changed: { method: 'PUT' } });
    expect(target.isRepeatable('upsert', 'added')).toBe(false);
    expect(target.isRepeatable('upsert', 'changed')).toBe(true);
    expect(target.isRepeatable('delete', 'removed')).toBe(true);
    expect((await open({ repeatable: true })).isRepeatable('upsert', 'added')).toBe(true);
  });

  it.each([null, '', '.', '..', '%2e%2e', '//evil.example/x'])(
    'asks for nothing when a row would choose another resource: %j',
    async (id) => {
      const target = await open({
        changed: { method: 'PUT', url: 'people/{{ id | url_decode }}' },
        removed: { method: 'DELETE', url: '{{ id }}' },
      });
      for (const change of ['changed', 'removed'] as const)
        await expect(send(target, [[id, '1', null, null]], change)).rejects.toMatchObject({
          kind: 'REJECTED',
          code: 'record.bad_url',
        });
      expect(receiver.received).toEqual([]);
    },
  );

  it('refuses what can not work before anything is sent', async () => {
    const url = 'people/{{ id }}';
    await expect(open({ batch: { size: 2 }, changed: { url } })).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.url_of_one_row',
    });
    await expect(open({ added: { url: '//evil.example/people' } })).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.url_elsewhere',
    });
    await expect(open({ added: { url: '{{ id ' } })).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'mapping.bad_template',
    });
    await expect(open({ added: { methd: 'GET' } })).rejects.toMatchObject({
      code: 'settings.invalid',
    });
    expect(() => connect({ baseUrl: 'file:///etc/passwd' })).toThrow('baseUrl must be');
    expect(() => connect({ baseUrl: 'https://x.example/?k=1' })).toThrow('baseUrl must have no');
    expect(receiver.received).toEqual([]);
  });
});
