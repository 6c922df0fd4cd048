import { describe, expect, it } from 'vitest';
import type { FieldMapping, SyncRequest } from '../../sync/sync-request.js';
import { unavailable } from '../../testing/salesforce/moods.js';
import type { Trouble } from '../../testing/salesforce/moods.js';
import { map, people, requestsOf, syncing } from '../../testing/salesforce-sync.js';

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

  it('are refused where they hold the text that a job takes for NULL', async () => {
    const sync = await syncing();
    const fields = [map('LastName', 'name'), map('FirstName', 'first'), map('Topics__c', 'topics')];
    const row = (id: string, first: string | null) => ({ id, name: `N${id}`, first, topics: null });
    sync.table = ['1', '2', '3'].map((id) => row(id, 'before'));
    await sync.run({ fields });
    sync.table = [row('1', '#N/A'), row('2', null), row('3', 'after'), row('#N/A', 'x')];
    const report = await sync.run({ fields });
    expect(report).toMatchObject({
      counts: { sent: 2, rejected: 2, uncertain: 0 },
      errors: [{ failure: { kind: 'REJECTED', code: 'destination.bad_value' }, count: 2 }],
    });
    const firstNames = () => sync.server.records('Contact').map(({ FirstName: name }) => name);
    expect(firstNames()).toEqual(['before', null, 'after']);
    // All that is left to be sent can't be said by a job.
    expect(await sync.run({ fields })).toMatchObject({ counts: { sent: 0, rejected: 2 } });
    expect(firstNames()).toEqual(['before', null, 'after']);
    const options = { api: 'collections' };
    expect(await sync.run({ fields, options })).toMatchObject({ counts: { sent: 2, rejected: 0 } });
    expect(firstNames()).toEqual(['#N/A', null, 'after', 'x']);
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
