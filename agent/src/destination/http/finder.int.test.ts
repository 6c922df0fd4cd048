import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  DestinationConnection,
  Finder,
  FinderRequest,
  Found,
} from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { makeMatchBatch } from '../../connector/match-batch.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import { openHttpReceiver } from '../../testing/http-receiver.js';
import type { HttpReceiver, Reply } from '../../testing/http-receiver.js';
import http from './index.js';

const never = new AbortController().signal;

describe('Looking things up over HTTP', () => {
  let receiver: HttpReceiver;
  let destination: DestinationConnection;
  let replies: Reply[];

  beforeEach(async () => {
    replies = [];
    receiver = await openHttpReceiver(() => replies.shift() ?? { status: 500 });
    destination = http.open({
      settings: readSettings(http.settings, {
        baseUrl: `${receiver.url}api`,
        secretHeader: 'x-key',
      }),
      secrets: { secret: 'k3y' },
    });
  });
  afterEach(async () => {
    await destination.close();
    await receiver.close();
  });

  const open = (
    options: RawSettings = {},
    change: Partial<FinderRequest> = {},
  ): Promise<Finder> => {
    const match = [{ name: 'domain', type: 'text' as const, nulls: 'send' as const }];
    const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };
    const wish = {
      object: 'accounts',
      match,
      returns: 'id',
      creates: true,
      options,
      tag,
      lastCheck: () => undefined,
      ...change,
    };
    return destination.openFinder?.(wish, never) ?? Promise.reject(new TypeError('no lookups'));
  };
  const by = (...fields: [name: string, type: 'text' | 'decimal' | 'boolean'][]) => ({
    match: fields.map(([name, type]) => ({ name, type, nulls: 'send' as const })),
  });
  const ask = async (
    options: RawSettings,
    rows: string[][],
    change: Partial<FinderRequest> = {},
    how: 'find' | 'create' = 'find',
  ): Promise<Found[]> => {
    const finder = await open(options, change);
    const { match } = { ...by(['domain', 'text']), ...change };
    return finder[how](makeMatchBatch(match, linesOf(rows), rows.length), never);
  };
  const answer = (value: unknown, status = 200): void =>
    void replies.push({ status, body: typeof value === 'string' ? value : JSON.stringify(value) });
  const said = (): unknown[] =>
    receiver.received.map(({ method, url, body }) => [method, url, body]);

  it('asks for one by its fields as the query, and takes an id with every digit', async () => {
    answer('[{"domain":"a&b ż","id":12345678901234567890.10}]');
    expect(await ask({}, [['a&b ż']])).toEqual([
      { kind: 'found', text: '12345678901234567890.10' },
    ]);
    expect(said()).toEqual([['GET', '/api/accounts?domain=a%26b+%C5%BC', '']]);
    expect(receiver.received[0]?.headers['x-key']).toBe('k3y');
  });

  it('asks for many in one request, and tells their records apart', async () => {
    answer({
      data: [
        { attributes: { domain: 'b', vip: true, mrr: 1.5 }, id: 'B' },
        { attributes: { domain: 'a', vip: false, mrr: '2' }, id: null },
        { attributes: { domain: 'b', vip: true, mrr: 1.5 }, id: 'again' },
        { attributes: { domain: 'stranger', vip: true, mrr: 1 }, id: 'S' },
      ],
    });
    const options = {
      lookup: { method: 'POST', url: '{{ object }}/search', size: 10, path: 'data' },
    };
    const match = by(
      ['attributes.domain', 'text'],
      ['attributes.vip', 'boolean'],
      ['attributes.mrr', 'decimal'],
    );
    const rows = [
      ['a', 'f', '2'],
      ['b', 't', '1.50'],
      ['a', 't', '2'],
    ];
    expect(await ask(options, rows, { ...match, object: 'v1/accounts' })).toEqual([
      { kind: 'found', text: null },
      { kind: 'many' },
      { kind: 'missing' },
    ]);
    expect(said()).toEqual([
      [
        'POST',
        '/api/v1/accounts/search',
        '[{"attributes":{"domain":"a","vip":false,"mrr":2}},{"attributes":{"domain":"b","vip":true,"mrr":1.50}},{"attributes":{"domain":"a","vip":true,"mrr":2}}]',
      ],
    ]);
  });

  it('renders templates over the fields and over all records of a batch', async () => {
    answer([]);
    const url = '{{ object }}?in={{ records | map: "domain" | join: "," }}';
    await ask({ lookup: { url, size: 5 } }, [['x/y'], ['z']]);
    answer([]);
    const body = '{"q":"{{ domain }}"}';
    await ask({ lookup: { method: 'POST', url: 'find', body } }, [['x']]);
    expect(said()).toEqual([
      ['GET', '/api/accounts?in=x%2Fy%2Cz', ''],
      ['POST', '/api/find', '{"q":"x"}'],
    ]);
  });

  it('takes a looser search for what it is, and one record for an answer', async () => {
    answer([{ domain: 'Example.com', id: 1 }]);
    expect(await ask({}, [['example.com']])).toEqual([{ kind: 'missing' }]);
    answer({ id: 'u-1' });
    expect(await ask({}, [['example.com']])).toEqual([{ kind: 'found', text: '"u-1"' }]);
    answer([{ id: 1 }, { id: 2 }]);
    expect(await ask({}, [['example.com']])).toEqual([{ kind: 'many' }]);
    answer('null');
    expect(await ask({}, [['example.com']])).toEqual([{ kind: 'missing' }]);
  });

  it('takes a 404 for an error unless it is said to mean that nothing is there', async () => {
    const url = 'accounts/{{ domain }}';
    answer('gone', 404);
    await expect(ask({ lookup: { url } }, [['x']])).rejects.toMatchObject({
      kind: 'REJECTED',
      vendorCode: '404',
    });
    answer('gone', 404);
    expect(await ask({ lookup: { url, notFound: true } }, [['x']])).toEqual([{ kind: 'missing' }]);
    await expect(ask({ lookup: { url } }, [['..']])).rejects.toMatchObject({
      code: 'record.bad_url',
    });
  });

  it.each([
    ['no JSON', 'hello', {}, [['x']]],
    ['nothing at the path', '{"rows":[]}', { lookup: { path: 'data' } }, [['x']]],
    ['no such field', '[{"domain":"x"}]', {}, [['x']]],
    ['records of nobody', '[{"id":1}]', { lookup: { size: 9, method: 'POST' } }, [['x'], ['y']]],
  ])('stops at an answer with %s', async (_, body, options, rows) => {
    answer(body);
    await expect(ask(options, rows)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.bad_lookup',
    });
  });

  it('refuses before it asks what can not be right', async () => {
    await expect(open({ lookup: { size: 2 } })).rejects.toMatchObject({
      code: 'destination.lookup_url_missing',
    });
    await expect(open({ missing: { url: 'https://elsewhere.example/' } })).rejects.toMatchObject({
      code: 'destination.url_elsewhere',
    });
    await expect(open({ lookup: { url: '{{' } })).rejects.toMatchObject({
      code: 'mapping.bad_template',
    });
    expect(receiver.received).toEqual([]);
  });

  it('makes one record a request, by a name that stays the same, and takes what others made', async () => {
    answer({ account: { id: 77 } }, 201);
    const missing = { url: 'accounts/new', body: '{"d":"{{ domain }}"}', path: 'account' };
    expect(await ask({ missing }, [['x']], {}, 'create')).toEqual([{ kind: 'found', text: '77' }]);
    answer('exists', 409);
    answer([{ domain: 'x', id: 5 }]);
    expect(await ask({}, [['x']], {}, 'create')).toEqual([{ kind: 'found', text: '5' }]);
    expect(said()).toEqual([
      ['POST', '/api/accounts/new', '{"d":"x"}'],
      ['POST', '/api/accounts', '{"domain":"x"}'],
      ['GET', '/api/accounts?domain=x', ''],
    ]);
    const [first, second] = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
  });

  it('counts a POST as one that may make two, and a PUT as one that may not', async () => {
    const of = async (options: RawSettings): Promise<boolean> => (await open(options)).isRepeatable;
    expect(await of({})).toBe(false);
    expect(await of({ repeatable: true })).toBe(true);
    expect(await of({ missing: { method: 'PUT', url: 'accounts/{{ domain }}' } })).toBe(true);
  });
});
