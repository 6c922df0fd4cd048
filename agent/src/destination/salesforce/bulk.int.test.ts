import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isBulk } from '../../connector/destination.js';
import type { Load } from '../../connector/destination.js';
import { onCrashPoint } from '../../crash-point.js';
import type { CrashPoint } from '../../crash-point.js';
import { Failure } from '../../failure.js';
import type { FieldMapping, SyncReport, SyncRequest } from '../../sync/sync-request.js';
import type { SyncTools } from '../../sync/tools.js';
import { openEngine } from '../../testing/engine.js';
import { memorySource } from '../../testing/memory-connectors.js';
import type { TextRow } from '../../testing/memory-connectors.js';
import { MemoryStore } from '../../testing/memory-store.js';
import { unavailable } from '../../testing/salesforce/moods.js';
import type { Moods, Trouble } from '../../testing/salesforce/moods.js';
import { connectedOrg, never } from '../../testing/salesforce-org.js';
import type { ConnectedOrg } from '../../testing/salesforce-org.js';

afterEach(() => onCrashPoint(() => undefined));

const map = (
  field: string,
  column: string,
  nulls: FieldMapping['nulls'] = 'send',
): FieldMapping => ({ field, value: { kind: 'column', column }, nulls });

interface Run extends ConnectedOrg {
  table: TextRow[];
  run(change?: Partial<SyncRequest>, tools?: Partial<SyncTools>): Promise<SyncReport>;
  /** Nothing that the agent does is seen from a point on, as if it had been killed there. */
  dieAt(point: CrashPoint): Promise<void>;
  /** Jobs that were made, by what they do. */
  jobs(): number;
}

const types: Record<string, 'json' | 'timestamptz' | 'decimal'> = {
  topics: 'json',
  seen: 'timestamptz',
  score: 'decimal',
};

/** A sync of people to contacts, by jobs from the first row on. */
async function syncing(moods: Partial<Moods> = {}): Promise<Run> {
  const org = await connectedOrg({ moods });
  const state = { table: [] as TextRow[], isDead: false };
  const dead = (): Failure => new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
  const source = memorySource(
    () => state.table,
    (name) => ({ type: types[name] ?? 'text', vendorType: types[name] ?? 'text' }),
  );
  const store = new MemoryStore(() => {
    if (state.isDead) throw dead();
  });
  const engine = await openEngine({ source, destination: org.destination, store });
  onTestFinished(() => engine.close());
  const request: Partial<SyncRequest> = {
    object: 'Contact',
    key: [{ field: 'ExtId__c', column: 'id' }],
    fields: [map('LastName', 'name'), map('Score__c', 'score')],
    options: { api: 'bulk' },
  };
  const run: Run['run'] = (change, tools) => engine.run({ ...request, ...change }, tools);
  return {
    ...org,
    get table() {
      return state.table;
    },
    set table(rows) {
      state.table = rows;
    },
    run,
    dieAt: async (point) => {
      onCrashPoint((name) => {
        if (name !== point) return;
        state.isDead = true;
        throw dead();
      });
      expect(await run()).toMatchObject({ outcome: 'failed' });
      onCrashPoint(() => undefined);
      state.isDead = false;
    },
    jobs: () => requestsOf(org, 'POST', /\/jobs\/ingest$/),
  };
}

function requestsOf({ server }: ConnectedOrg, method: string, url: RegExp): number {
  return server.requests.filter((each) => each.method === method && url.test(each.url)).length;
}

const people = (count: number, score = '1'): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: `p${n}`, name: `Person ${n}`, score }));

const names = ({ server }: ConnectedOrg): unknown[] =>
  server.records('Contact').map((each) => each['LastName']);

describe('rows by jobs of the Bulk API', () => {
  it('are what they are by calls: every type, NULLs, texts that CSV quotes', async () => {
    const sync = await syncing();
    sync.server.seed('Account', [{ Name: 'Acme', ExtId__c: 'a,"1"' }]);
    const fields = [
      map('LastName', 'name'),
      map('FirstName', 'first', 'omit'),
      map('Notes__c', 'notes'),
      map('Topics__c', 'topics'),
      map('LastSeen__c', 'seen'),
      map('Score__c', 'score'),
      map('DoNotCall', 'calls'),
      map('Account.ExtId__c', 'company'),
    ];
    const seen = '2026-11-25 10:00:00.123456+00';
    const full = { id: '1', name: "O'Neil, \"J\"", first: 'ż🙂', notes: 'two\nlines\t"x"', topics: '["news","events"]', seen, score: '12.5000', calls: 'no', company: 'a,"1"' }; // prettier-ignore
    const empty = { id: '2', name: '', first: '', notes: '', topics: '[]', seen: null, score: null, calls: '0', company: null }; // prettier-ignore
    const written: unknown[] = [];
    for (const api of ['bulk', 'collections']) {
      sync.table = [full, { ...empty, name: 'Empty' }];
      const options = { api };
      expect(await sync.run({ fields, options, run: { ...plain, full: true } })).toMatchObject({ outcome: 'succeeded' }); // prettier-ignore
      sync.table = [
        { ...full, first: null, notes: null, company: null },
        { ...empty, name: 'E' },
      ];
      expect(await sync.run({ fields, options })).toMatchObject({ counts: { changed: 2, sent: 2 } }); // prettier-ignore
      const records = sync.server
        .records('Contact')
        .map((each) => ({ ...each, SystemModstamp: null }));
      written.push(records);
      expect(records).toMatchObject([
        { LastName: "O'Neil, \"J\"", FirstName: 'ż🙂', Notes__c: null, Topics__c: 'news;events', Score__c: 12.5, DoNotCall: false, AccountId: null }, // prettier-ignore
        { LastName: 'E', FirstName: null, Notes__c: null, Topics__c: null, LastSeen__c: null },
      ]);
    }
    expect(written[0]).toEqual(written[1]);
    expect(sync.jobs()).toBeGreaterThan(1);
  });

  it('go so when they are many, and by calls when they are few', async () => {
    const sync = await syncing();
    sync.table = people(2_500);
    expect(await sync.run({ options: {} })).toMatchObject({ counts: { sent: 2_500 } });
    expect([sync.jobs(), requestsOf(sync, 'PATCH', /composite/)]).toEqual([1, 0]);
    sync.table = people(2_500).map((row, n) => (n < 300 ? { ...row, name: 'Other' } : row));
    expect(await sync.run({ options: {} })).toMatchObject({ counts: { changed: 300, sent: 300 } });
    expect([sync.jobs(), requestsOf(sync, 'PATCH', /composite/)]).toEqual([1, 2]);
  });

  it('that leave go by calls, as a job finds nothing by an external id', async () => {
    const sync = await syncing();
    sync.table = people(400);
    await sync.run();
    sync.table = people(30, '2');
    expect(await sync.run()).toMatchObject({ counts: { changed: 30, removed: 370, sent: 400 } });
    expect(sync.server.count('Contact')).toBe(30);
    expect([sync.jobs(), requestsOf(sync, 'DELETE', /composite/)]).toEqual([2, 2]);
  });

  it.each(['delete', 'archive', 'clear', 'set'] as const)(
    'that leave go by jobs where the key is the Id: %s',
    async (action) => {
      const sync = await syncing();
      const ids = sync.server.seed('Contact', people(5).map(({ name }) => ({ LastName: name, Score__c: 7 }))); // prettier-ignore
      sync.table = ids.map((id, n) => ({ id, name: `New ${n}`, score: '8' }));
      const constant = { text: 'gone, "long"' };
      const gone: FieldMapping = {
        field: 'Phone',
        value: { kind: 'constant', constant },
        nulls: 'send',
      };
      const change: Partial<SyncRequest> = {
        mode: 'update',
        key: [{ field: 'Id', column: 'id' }],
        fields: [map('Score__c', 'score')],
        onRemoved: { action, set: action === 'set' ? [gone] : [] },
        options: { api: 'bulk', archive: { field: 'Archived__c' } },
      };
      expect(await sync.run(change)).toMatchObject({ outcome: 'succeeded', counts: { sent: 5 } });
      sync.table = sync.table.slice(0, 3);
      expect(await sync.run(change)).toMatchObject({ counts: { removed: 2, sent: 2 } });
      const left = sync.server.records('Contact').slice(3);
      const expected = {
        delete: undefined,
        archive: { Archived__c: true, Score__c: 8 },
        clear: { Archived__c: false, Score__c: null },
        set: { Phone: 'gone, "long"', Score__c: 8 },
      }[action];
      expect(left).toMatchObject(expected ? [expected, expected] : []);
      expect(sync.jobs()).toBe(2);
      expect(requestsOf(sync, 'PATCH', /composite/) + requestsOf(sync, 'DELETE', /./)).toBe(0);
    },
  );

  it('are created without a key, each known again by all that it holds', async () => {
    const sync = await syncing();
    const odd = { id: 'p8', name: 'two\n"lines", ż', score: null, first: '', phone: null };
    sync.table = [...people(5), odd, { id: 'p9', name: 'x'.repeat(81), score: null }];
    const fields = [map('LastName', 'name'), map('Score__c', 'score'), map('FirstName', 'first')];
    const change: Partial<SyncRequest> = {
      mode: 'create',
      key: [],
      fields,
      onRemoved: { action: 'nothing', set: [] },
    };
    expect(await sync.run(change)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 6, rejected: 1, uncertain: 0 },
      errors: [{ failure: { vendorCode: 'STRING_TOO_LONG' } }],
    });
    expect(sync.server.count('Contact')).toBe(6);
    // What is left out of a row can't be told from what was NULL: such rows go by calls.
    sync.table = [...sync.table, { ...odd, id: 'p10', name: 'Late' }];
    const omitting = [...fields.slice(0, 2), map('Phone', 'phone', 'omit')];
    const auto = { api: 'auto', bulkFrom: 1 };
    await sync.run({ ...change, fields: omitting, options: auto, mappingChange: 'from-now-on' });
    expect(sync.server.count('Contact')).toBe(7);
    expect(sync.jobs()).toBe(1);
  });
});

const plain = { dryRun: false, full: false, rebaseline: false, verify: false };

describe('what becomes of the rows of a job', () => {
  it('is read from all three files: taken, refused, not come to (invariant 8)', async () => {
    const sync = await syncing({ jobFailures: [{ afterRows: 250, message: 'InternalServerError : x' }] });
    sync.table = people(400).map((row, n) => (n % 100 === 7 ? { ...row, name: 'x'.repeat(81) } : row));
    const report = await sync.run();
    expect(report).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { added: 400, sent: 396, rejected: 4 },
      errors: [{ failure: { code: 'destination.rejected', vendorCode: 'STRING_TOO_LONG' }, count: 4 }],
    });
    expect(sync.server.count('Contact')).toBe(396);
    expect(sync.jobs()).toBe(2);
  }); // prettier-ignore

  it('that were locked is that they are sent again, when nothing else is under way', async () => {
    const sync = await syncing();
    const seen: number[] = [];
    sync.server.moods.isLocked = ({ fields, lockedBefore, underWay }) => {
      if (lockedBefore > 0) seen.push(underWay);
      return String(fields['ExtId__c']).endsWith('7') && lockedBefore === 0;
    };
    sync.table = people(300);
    expect(await sync.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 300 } });
    expect(new Set(seen)).toEqual(new Set([1]));
    expect(seen).toHaveLength(30);
  });

  it('is that nobody sends them for ever, when the job fails before its first row', async () => {
    const sync = await syncing({ dailyBatches: 0 });
    sync.table = people(10);
    expect(await sync.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'TRANSIENT', code: 'destination.quota_exceeded' } },
    });
    expect(sync.jobs()).toBe(1);
  });

  it.each([
    /POST .*\/jobs\/ingest$/,
    /PUT .*\/batches$/,
    /PATCH .*\/jobs\/ingest\/\w+$/,
    /GET .*\/jobs\/ingest\/\w+$/,
    /GET .*\/failedResults\//,
    /GET .*\/successfulResults\//,
  ])('survives sessions that end, lines that are cut and a busy org: %s', async (like) => {
    const sync = await syncing();
    const cut = { kind: 'cut' } as const;
    const troubles: Trouble[] = [
      { kind: 'expire' },
      unavailable,
      { ...cut, when: 'before' },
      { ...cut, when: 'after' },
    ];
    for (const [n, trouble] of troubles.entries()) {
      sync.table = [...people(20, `${n}`), { id: 'bad', name: 'x'.repeat(81), score: `${n}` }];
      sync.server.trouble(trouble, { like });
      const { counts } = await sync.run();
      expect({ trouble, counts }).toMatchObject({ trouble, counts: { sent: 20, rejected: 1 } });
      const scores = sync.server.records('Contact').map((each) => each['Score__c']);
      expect(scores).toEqual(Array(20).fill(n));
    }
  });

  it('is that a job with two uploads is dropped, and its rows go by others', async () => {
    const sync = await syncing();
    sync.table = people(20);
    const message = 'Found multipe contents for job: <750>, please create a new Job';
    sync.server.trouble(
      { kind: 'answer', status: 400, code: 'INVALIDJOB', message },
      { like: /PATCH .*\/jobs\/ingest\/\w+$/ },
    );
    expect(await sync.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(sync.server.count('Contact')).toBe(20);
  });
});

describe('the right to write', () => {
  it('is looked at when a job is made, and when it is set going (invariant 4)', async () => {
    const { server, open } = await connectedOrg();
    const over = new Failure('CANCELLED', 'lease.lost', 'Somebody else has it.');
    let isOver = true;
    const lastCheck = (): void => {
      if (isOver) throw over;
    };
    const { target } = await open({ lastCheck, options: { api: 'bulk' } });
    const bulk = await target.begin?.({ added: 1, changed: 0, removed: 0 }, never);
    if (!bulk || !isBulk(bulk)) throw new Error('The target takes no files.');
    const folder = await mkdtemp(join(tmpdir(), 'drawbridge-load-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'rows.csv');
    await writeFile(path, 'ExtId__c,LastName,Score__c\n1,A,#N/A\n');
    const columns = ['ExtId__c', 'LastName', 'Score__c'];
    const load: Load = { kind: 'upsert', change: 'added', size: 1, keyColumns: ['ExtId__c'], columns, path, bytes: 40, folder, idempotencyKey: 'r.1.added.load-0', number: 0 }; // prettier-ignore
    await expect(bulk.create(load, never)).rejects.toMatchObject({ code: 'lease.lost' });
    isOver = false;
    const job = await bulk.create(load, never);
    isOver = true;
    await expect(bulk.submit(job, load, never)).rejects.toMatchObject({ code: 'lease.lost' });
    expect(await bulk.look(job, never)).toEqual({ kind: 'empty' });
    isOver = false;
    await bulk.submit(job, load, never);
    // Set going already, it goes on.
    await bulk.submit(job, load, never);
    await vi.waitFor(async () => expect(await bulk.look(job, never)).toEqual({ kind: 'over' }));
    expect(await bulk.results(job, load, never)).toBe('accepted');
    expect(server.records('Contact')).toMatchObject([{ ExtId__c: '1', LastName: 'A', Score__c: null }]); // prettier-ignore
    await expect(bulk.abort(job, never)).resolves.toBeUndefined();
    expect(await bulk.look('750000000000999AAA', never)).toEqual({ kind: 'gone' });
  });
});

describe('a job that goes on without the agent', () => {
  it.each<[CrashPoint, number]>([
    ['load.made', 2],
    ['load.named', 2],
    ['load.submitted', 1],
    ['load.over', 1],
  ])('killed at %s, is found by its name, and nothing is sent twice', async (point, jobs) => {
    const sync = await syncing();
    const written = new Map<string, number>();
    sync.server.moods.isLocked = ({ fields }) => {
      const key = String(fields['ExtId__c']);
      written.set(key, (written.get(key) ?? 0) + 1);
      return false;
    };
    sync.table = [...people(50), { id: 'bad', name: 'x'.repeat(81), score: null }];
    await sync.dieAt(point);
    expect(await sync.run()).toMatchObject({ outcome: 'completed_with_errors' });
    expect(names(sync)).toHaveLength(50);
    written.delete('bad');
    expect(new Set(written.values())).toEqual(new Set([1]));
    // What was refused is tried in every run, by a job of its own.
    expect(sync.jobs()).toBe(point === 'load.made' || point === 'load.named' ? jobs : jobs + 1);
  });

  it('and failed before its first row, keeps no later run from sending', async () => {
    const message = 'InvalidBatch : Field name not found : Nope__c';
    const sync = await syncing({ jobFailures: [{ afterRows: 0, message }] });
    sync.table = people(20);
    await sync.dieAt('load.submitted');
    expect(await sync.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(sync.jobs()).toBe(2);
    sync.server.moods.jobFailures.push({ afterRows: 0, message });
    sync.table = people(20, '2');
    expect(await sync.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'destination.job_failed' } },
    });
    expect(await sync.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
  });

  it('is aborted when the run is cancelled, and what it did until then is known', async () => {
    const sync = await syncing({ rowsPerLook: 200 });
    sync.table = people(1_000);
    const cancel = new AbortController();
    const { signal } = cancel;
    const looks = (): number => requestsOf(sync, 'GET', /\/jobs\/ingest\/\w+$/);
    const onProgress = (): void => {
      if (looks() >= 3) cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Somebody did.'));
    };
    const report = await sync.run({}, { signal, onProgress });
    expect(report.outcome).toBe('cancelled');
    const done = sync.server.count('Contact');
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(1_000);
    expect(report.counts).toMatchObject({ sent: done });
    sync.server.moods.rowsPerLook = undefined;
    expect(await sync.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: done, sent: 1_000 - done },
    });
  });
});
