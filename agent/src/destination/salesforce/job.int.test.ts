import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isBulk } from '../../connector/destination.js';
import type { Load } from '../../connector/destination.js';
import type { CrashPoint } from '../../crash-point.js';
import { Failure } from '../../failure.js';
import { connectedOrg, never } from '../../testing/salesforce-org.js';
import { people, requestsOf, syncing } from '../../testing/salesforce-sync.js';

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
    const bad = { id: 'bad', name: 'x'.repeat(81), score: null };
    sync.table = [...people(50), bad, { id: 'never sent', name: '#N/A', score: null }];
    await sync.dieAt(point);
    expect(await sync.run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { rejected: 2, uncertain: 0 },
    });
    expect(sync.server.count('Contact')).toBe(50);
    written.delete('bad');
    expect(new Set(written.values())).toEqual(new Set([1]));
    // What was refused is tried in every run, by a job of its own; one that nothing is sent to is aborted.
    expect(sync.jobs()).toBe(point === 'load.made' || point === 'load.named' ? jobs : jobs + 2);
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

  it('is seen to its end once it is made, however little is left of the daily calls', async () => {
    const sync = await syncing({ dailyRequests: 20 }, { maxDailyApiPercent: 10 });
    sync.table = people(20);
    // Two calls are a tenth: one for the description, one for the job.
    expect(await sync.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    const used = sync.server.usage();
    expect(used).toBeGreaterThan(4);
    sync.table = people(20, '2');
    expect(await sync.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'TRANSIENT', code: 'destination.quota_spent' } },
    });
    expect(sync.server.usage()).toBe(used);
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
