import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { column, eagerClock, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { FieldMapping, Lookup, SyncRequest } from './sync-request.js';

let table: TextRow[];
let moods: Moods;
let destination: MemoryDestination;
let engine: Engine;
let store: MemoryStore;

const nothingSpecial = { dryRun: false, full: false, rebaseline: false, verify: false };
const full = { dryRun: false, full: true, rebaseline: false, verify: false };
const dryRun = { dryRun: true, full: false, rebaseline: false, verify: false };

const accounts = (): TextRow[] => destination.related.get('account')!;

beforeEach(async () => {
  table = Array.from({ length: 30 }, (_, n) => ({
    id: String(n),
    name: `person ${n}`,
    domain: `d\\t${n % 3}\t.example`,
  }));
  moods = {};
  destination = memoryDestination(moods);
  destination.related.set('account', [
    { domain: 'd\\t0\t.example', id: 'zero\\' },
    { domain: 'd\\t1\t.example', id: 'one\n1' },
    { domain: 'd\\t2\t.example', id: null },
  ]);
  store = new MemoryStore();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});

afterEach(() => engine.close());

const account = (
  change: Partial<Lookup> = {},
  nulls: FieldMapping['nulls'] = 'send',
): FieldMapping => ({
  field: 'account',
  value: {
    kind: 'lookup',
    lookup: {
      object: 'account',
      match: [{ field: 'domain', column: 'domain' }],
      returns: 'id',
      onMiss: 'reject',
      onMany: 'reject',
      ...change,
    },
  },
  nulls,
});

const syncing = (...fields: FieldMapping[]): Partial<SyncRequest> => ({
  fields: [column('name'), ...fields],
});
const accountsSent = (): (string | null | undefined)[] =>
  [...destination.records.values()]
    .toSorted((a, b) => Number(a['id']) - Number(b['id']))
    .map((record) => record['account']);

describe('a lookup', () => {
  it('asks once for each value that rows have, and sends what was found (invariants 6, 8)', async () => {
    moods.before = () => expect(destination.lookedUp.flat()).toHaveLength(3);
    const report = await engine.run(syncing(account()));
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { added: 30, sent: 30 } });
    expect(accountsSent().slice(0, 4)).toEqual(['zero\\', 'one\n1', null, 'zero\\']);
    expect(destination.lookedUp.flat().toSorted()).toEqual(
      accounts()
        .map(({ domain }) => domain)
        .toSorted(),
    );
  });

  it('never makes a row look changed: compared is what it is looked up by', async () => {
    await engine.run(syncing(account()));
    accounts()[0]!['id'] = 'another';
    destination.lookedUp.length = 0;
    expect(await engine.run(syncing(account()))).toMatchObject({
      counts: { unchanged: 30, sent: 0 },
    });
    expect(destination.lookedUp).toEqual([]);
    table[4]!['domain'] = table[0]!['domain']!;
    expect(await engine.run({ ...syncing(account()), run: full })).toMatchObject({
      counts: { sent: 30 },
    });
    expect(accountsSent()[4]).toBe('another');
  });

  it('rejects the rows whose record is missing, and sends them once it is there (invariants 2, 8)', async () => {
    const [gone] = accounts().splice(1, 1);
    table[5]!['domain'] = null;
    expect(await engine.run(syncing(account()))).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { added: 30, sent: 19, rejected: 11 },
      errors: [{ failure: { kind: 'REJECTED', code: 'lookup.missing' }, count: 11 }],
    });
    accounts().push(gone!);
    expect(await engine.run(syncing(account()))).toMatchObject({
      counts: { added: 11, sent: 10, rejected: 1 },
    });
  });

  it('finds rows again that a new mapping could not look up', async () => {
    await engine.run(syncing());
    const [gone] = accounts().splice(1, 1);
    expect(await engine.run(syncing(account()))).toMatchObject({
      counts: { changed: 30, sent: 20, rejected: 10 },
    });
    accounts().push(gone!);
    expect(await engine.run(syncing(account()))).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: 20, changed: 10, sent: 10 },
    });
  });

  it('rejects the rows that several records answer to', async () => {
    accounts().push({ ...accounts()[0]! });
    expect(await engine.run(syncing(account({ onMiss: 'null' })))).toMatchObject({
      counts: { sent: 20, rejected: 10 },
      errors: [{ failure: { code: 'lookup.many' }, count: 10 }],
    });
  });

  it.each([
    ['null', { sent: 30, skipped: 0 }, [null]],
    ['skip', { sent: 20, skipped: 10 }, []],
  ] as const)('onMiss: %s', async (onMiss, counts, sent) => {
    accounts().splice(1, 1);
    const report = await engine.run(syncing(account({ onMiss })));
    expect(report).toMatchObject({ outcome: 'succeeded', counts });
    const first = [...destination.records.values()].filter(({ id }) => id === '1');
    expect(first.map((record) => record['account'])).toEqual(sent);
  });

  it('lets a found NULL leave the row out, or be another value', async () => {
    const skipping = syncing(account({}, 'skip-row'));
    expect(await engine.run(skipping)).toMatchObject({ counts: { sent: 20, skipped: 10 } });
    const withDefault = { ...account({}, 'default'), default: { text: 'none' } };
    expect(await engine.run(syncing(withDefault))).toMatchObject({ counts: { sent: 30 } });
    expect(accountsSent().slice(0, 3)).toEqual(['zero\\', 'one\n1', 'none']);
  });

  it('tells in a dry run what would not be sent (invariants 6, 8)', async () => {
    accounts().splice(1, 1);
    const report = await engine.run({ ...syncing(account()), run: dryRun });
    expect(report).toMatchObject({
      counts: { added: 30, pending: 20, rejected: 10 },
      errors: [{ failure: { code: 'lookup.missing' }, count: 10 }],
    });
    expect(destination.batches).toEqual([]);
  });

  it('removes a row whatever it referred to (invariant 9)', async () => {
    await engine.run(syncing(account()));
    accounts().length = 0;
    table.splice(0, 2);
    expect(await engine.run(syncing(account()))).toMatchObject({
      outcome: 'succeeded',
      counts: { removed: 2, sent: 2 },
    });
  });

  it('tries again what is only a matter of time, and asks piece by piece for what is refused', async () => {
    let calls = 0;
    moods.maxRows = 2;
    moods.concurrency = 3;
    moods.finding = (_, texts) => {
      calls += 1;
      if (calls === 1) throw new Failure('TRANSIENT', 'destination.busy', 'Later.');
      if (texts.some((text) => text.startsWith('d\\t1')))
        throw new Failure('REJECTED', 'destination.rejected', 'No.', { vendorCode: '22P02' });
    };
    expect(await engine.run(syncing(account()))).toMatchObject({
      counts: { sent: 20, rejected: 10 },
      errors: [{ failure: { code: 'destination.rejected', vendorCode: '22P02' }, count: 10 }],
    });
  });

  it('stops before the first operation when lookups fail (invariant 6)', async () => {
    moods.finding = () => {
      throw new Failure('CONFIG', 'destination.auth_failed', 'No.');
    };
    expect(await engine.run(syncing(account()))).toMatchObject({
      outcome: 'failed',
      counts: { pending: 30, sent: 0 },
      failure: { failure: { code: 'destination.auth_failed' } },
    });
    expect(destination.batches).toEqual([]);
  });

  it('stops when whatever is asked is refused', async () => {
    table = Array.from({ length: 2_000 }, (_, n) => ({ id: `${n}`, name: 'x', domain: `${n}` }));
    moods.finding = () => {
      throw new Failure('REJECTED', 'destination.rejected', 'No.');
    };
    expect(await engine.run(syncing(account()))).toMatchObject({
      failure: { failure: { code: 'lookup.all_rejected' } },
    });
  });

  it('is refused by name where the destination can not look up', async () => {
    const { openFinder: _, ...unable } = destination;
    expect(await engine.run(syncing(account()), { destination: unable })).toMatchObject({
      failure: { failure: { kind: 'CONFIG', code: 'lookup.not_possible' } },
    });
  });

  it('serves several fields, each by its own columns', async () => {
    const other = {
      ...account({ match: [{ field: 'id', column: 'ref' }], returns: 'domain', onMiss: 'skip' }),
      field: 'other',
    };
    table = table
      .slice(0, 6)
      .map((row) => ({ ...row, ref: row['id'] === '1' ? 'nobody' : 'zero\\' }));
    expect(
      await engine.run(syncing(account(), { ...account(), field: 'again' }, other)),
    ).toMatchObject({
      counts: { sent: 5, skipped: 1 },
    });
    expect(destination.records.get('["4"]')).toEqual({
      id: '4',
      name: 'person 4',
      account: 'one\n1',
      again: 'one\n1',
      other: 'd\\t0\t.example',
    });
    expect(destination.lookedUp).toHaveLength(2);
  });
});

describe('a lookup that makes what is missing', () => {
  const creating = (nulls?: FieldMapping['nulls']) => syncing(account({ onMiss: 'create' }, nulls));
  const created = (): unknown[] =>
    [...store.objects]
      .filter(([key]) => key.includes('/log/created/'))
      .flatMap(([, { body }]) => Buffer.from(body).toString().trim().split('\n'))
      .map((line) => JSON.parse(line) as unknown);

  it('makes each record once, sends what it got, and tells so in the log (invariants 3, 8)', async () => {
    accounts().splice(0, 2);
    expect(await engine.run(creating())).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 30, sent: 30 },
    });
    expect(accounts().map(({ domain }) => domain)).toEqual([
      'd\\t2\t.example',
      expect.stringContaining('.example'),
      expect.stringContaining('.example'),
    ]);
    const ids = accounts()
      .slice(1)
      .map(({ id }) => id);
    expect(new Set(accountsSent())).toEqual(new Set([...ids, null]));
    expect(created().toSorted()).toMatchObject(
      accounts()
        .slice(1)
        .map(({ domain, id }) => ({
          object: 'account',
          match: { domain },
          returns: 'id',
          value: id,
        })),
    );
    expect(await engine.run(creating())).toMatchObject({ counts: { unchanged: 30 } });
    expect(accounts()).toHaveLength(3);
  });

  it('makes nothing in a dry run, for a row that is refused anyway, or of a NULL', async () => {
    accounts().splice(1, 1);
    table[1]!['domain'] = null;
    table = table.map((row) => ({ ...row, ref: row['id'] === '3' ? 'zero\\' : 'nobody' }));
    const other = {
      ...account({ match: [{ field: 'id', column: 'ref' }], returns: 'domain' }),
      field: 'other',
    };
    const both = syncing(account({ onMiss: 'create' }), other);
    expect(await engine.run({ ...creating(), run: dryRun })).toMatchObject({
      counts: { pending: 29, rejected: 1 },
    });
    expect(await engine.run(both)).toMatchObject({ counts: { sent: 1, rejected: 29 } });
    expect(accounts()).toHaveLength(2);
    expect(created()).toEqual([]);
  });

  it('keeps values out of the bucket where none may rest there', async () => {
    accounts().length = 0;
    expect(await engine.run({ ...creating(), snapshots: 'hashed' })).toMatchObject({
      counts: { sent: 30 },
    });
    expect(created()).toEqual([]);
  });

  it('rejects the rows whose record could not be made, and sends the others (invariant 8)', async () => {
    accounts().splice(0, 2);
    moods.finding = (what, texts) => {
      if (what === 'create' && texts.some((text) => text.startsWith('d\\t1')))
        throw new Failure('REJECTED', 'destination.rejected', 'No.', { vendorCode: '23502' });
    };
    expect(await engine.run(creating())).toMatchObject({
      counts: { sent: 20, rejected: 10 },
      errors: [{ failure: { code: 'destination.rejected', vendorCode: '23502' }, count: 10 }],
    });
    moods.finding = () => undefined;
    expect(await engine.run(creating())).toMatchObject({ counts: { added: 10, sent: 10 } });
    expect(accounts()).toHaveLength(3);
  });

  it('looks what came of a record whose making got no answer, and never makes it twice (invariant 3)', async () => {
    accounts().splice(0, 2);
    moods.created = () => {
      throw new Failure('TRANSIENT', 'destination.no_answer', 'Cut.');
    };
    expect(await engine.run(creating())).toMatchObject({ counts: { sent: 30 } });
    expect(accounts()).toHaveLength(3);
    accounts().length = 0;
    moods.finding = (what) => {
      if (what === 'create') throw new Failure('TRANSIENT', 'destination.no_answer', 'Cut.');
    };
    table.push({ id: '99', name: 'late', domain: 'late.example' });
    expect(await engine.run(creating())).toMatchObject({
      counts: { rejected: 1, sent: 0 },
      errors: [{ failure: { code: 'lookup.not_created' }, count: 1 }],
    });
    expect(accounts()).toHaveLength(0);
  });

  it('makes nothing for what a canary leaves for later', async () => {
    accounts().length = 0;
    table = table.map((row, n) => ({ ...row, domain: `${n}.example` }));
    await engine.run({ ...creating(), run: { ...nothingSpecial, canary: 4 } });
    expect(accounts()).toHaveLength(4);
  });

  it('stops with what was sent recorded when no record may be made (invariants 2, 3)', async () => {
    await engine.run(creating());
    table[0]!['name'] = 'renamed';
    table.push({ id: '99', name: 'late', domain: 'late.example' });
    moods.finding = (what) => {
      if (what === 'create') throw new Failure('CONFIG', 'destination.forbidden', 'No.');
    };
    expect(await engine.run(creating())).toMatchObject({
      outcome: 'failed',
      counts: { changed: 1, added: 1, sent: 1, pending: 1 },
      baseline: { generation: 2n },
    });
    moods.finding = () => undefined;
    expect(await engine.run(creating())).toMatchObject({
      counts: { changed: 0, added: 1, sent: 1 },
    });
  });
});

describe('what a lookup found', () => {
  let now: number;
  const clock = { ...eagerClock, now: () => now };
  const looking = syncing(account());
  const run = (change: Partial<SyncRequest> = {}) =>
    engine.run({ ...looking, ...change }, { clock });
  const asked = (): string[] => destination.lookedUp.splice(0).flat().toSorted();
  const cached = (): string[] =>
    [...store.objects.keys()].filter((key) => key.includes('/lookup/'));
  const add = (domain: string | null): void =>
    void table.push({ id: String(table.length), name: 'more', domain });

  beforeEach(() => {
    now = Date.UTC(2026, 5, 1);
  });

  it('is remembered for an hour, and what was missing is not', async () => {
    const domains = accounts().map(({ domain }) => domain);
    add('missing.example');
    await run();
    expect(asked()).toEqual([...domains, 'missing.example'].toSorted());
    add(domains[0]!);
    now += 3_599_999;
    expect(await run()).toMatchObject({ counts: { added: 2, sent: 1, rejected: 1 } });
    expect(asked()).toEqual(['missing.example']);
    expect(accountsSent().at(-1)).toBe('zero\\');
    now += 1;
    add(domains[0]!);
    await run();
    expect(asked()).toEqual([domains[0], 'missing.example'].toSorted());
    expect(cached()).toHaveLength(1);
  });

  it('is there for the run that goes on after a crash (invariant 3)', async () => {
    moods.before = () => {
      throw new Failure('CONFIG', 'destination.forbidden', 'No.');
    };
    expect(await run()).toMatchObject({ outcome: 'failed' });
    expect(asked()).toHaveLength(3);
    delete moods.before;
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 30 } });
    expect(asked()).toEqual([]);
    expect(accountsSent().slice(0, 3)).toEqual(['zero\\', 'one\n1', null]);
  });

  it('keeps what other rows were given, each for its own hour', async () => {
    await run();
    asked();
    accounts().push({ domain: 'late', id: 'L' });
    now += 1_800_000;
    add('late');
    await run();
    expect(asked()).toEqual(['late']);
    add(accounts()[1]!['domain']!);
    now += 1_000_000;
    await run();
    expect(asked()).toEqual([]);
    now += 1_000_000;
    add('late');
    add(accounts()[1]!['domain']!);
    await run();
    expect(asked()).toEqual([accounts()[1]!['domain']]);
  });

  it('is forgotten with the rows that were refused', async () => {
    moods.refuses = ({ id }) => id === '1';
    await run();
    asked();
    moods.refuses = () => false;
    add(accounts()[0]!['domain']!);
    expect(await run()).toMatchObject({ counts: { added: 2, sent: 2 } });
    expect(asked()).toEqual([accounts()[1]!['domain']]);
  });

  it.each([
    ['under --full', () => undefined, { run: { ...nothingSpecial, full: true } }],
    ['by a clock that went back', () => (now -= 1), {}],
    [
      'from another place',
      () => undefined,
      { destinationName: 'other', run: { ...nothingSpecial, full: true } },
    ],
    [
      'once it can not be read',
      () => void store.objects.set(cached()[0]!, { body: new Uint8Array([1]), etag: 'e' }),
      {},
    ],
  ])('is not believed %s', async (_, happens, change: Partial<SyncRequest>) => {
    await run();
    asked();
    happens();
    add(accounts()[0]!['domain']!);
    expect(await run(change)).toMatchObject({ outcome: 'succeeded' });
    expect(asked()).toContain(accounts()[0]!['domain']);
  });

  it('rests in no bucket that may hold no values, and after no dry run', async () => {
    await run({ run: { ...nothingSpecial, dryRun: true } });
    await run({ snapshots: 'hashed' });
    expect(cached()).toEqual([]);
  });
});
