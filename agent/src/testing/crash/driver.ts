// A process that runs the engine on real servers, one run after another as its parent asks; it may die in any of them.
import { flushCompileCache } from 'node:module';
import { kill, pid } from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../clock.js';
import type { Clock } from '../../clock.js';
import type { AnyTarget, DestinationConnection } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import { onCrashPoint } from '../../crash-point.js';
import type { CrashPoint } from '../../crash-point.js';
import http from '../../destination/http/index.js';
import postgres from '../../destination/postgres/index.js';
import salesforce from '../../destination/salesforce/index.js';
import slack from '../../destination/slack/index.js';
import { finishingDestination, finishingStore } from '../../job/finishing.js';
import { HeldLease } from '../../session/lease.js';
import source from '../../source/postgres/index.js';
import { openS3Store } from '../../store/s3.js';
import { Limiter } from '../../sync/limiter.js';
import { runSync } from '../../sync/run-sync.js';
import type { SyncReport } from '../../sync/sync-request.js';
import type { DriverAnswer, DriverJob } from './driver-job.js';

// A process that is killed would not keep what it has compiled.
flushCompileCache();

/** Time that passes for a frozen process beyond what passes for us. */
let frozenMs = 0;
/** How far the wall clock has been set, in milliseconds. */
let wallOffsetMs = 0;

// Everything in the process reads the same clock: signatures of requests, time-outs, what is logged.
const EarthDate = Date;
globalThis.Date = new Proxy(EarthDate, {
  construct: (of, given, made) => Reflect.construct(of, given.length ? given : [now()], made),
  apply: () => new EarthDate(now()).toString(),
  get: (of, name) => (name === 'now' ? now : Reflect.get(of, name)),
});

function now(): number {
  return EarthDate.now() + frozenMs + wallOffsetMs;
}

process.on('message', (job: DriverJob) => void answer(job));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

async function answer(job: DriverJob): Promise<void> {
  const passed = new Map<CrashPoint, number>();
  wallOffsetMs = 0;
  onCrashPoint((point) => {
    const nth = (passed.get(point) ?? 0) + 1;
    passed.set(point, nth);
    for (const { at, byMs } of job.jumps)
      if (at.point === point && at.nth === nth) wallOffsetMs += byMs;
    if (job.freeze?.point === point && job.freeze.nth === nth) freeze();
    if (job.crash?.point === point && job.crash.nth === nth) kill(pid, 'SIGKILL');
  });
  const answered: DriverAnswer = { report: await run(job), passed };
  process.send?.(answered);
}

async function run(job: DriverJob): Promise<SyncReport> {
  const clock = clockOf();
  const lease = new HeldLease({ jobId: 'job', epoch: job.epoch }, clock);
  lease.renew(clock.monotonicMs() + 600_000);
  await using open = new AsyncDisposableStack();
  open.defer(() => lease.release());
  const from = open.adopt(
    source.open({
      settings: readSettings(source.settings, job.source.settings),
      secrets: { password: job.source.secrets['password']! },
    }),
    (one) => one.close(),
  );
  const to = open.adopt(openDestination(job), (one) => one.close());
  const store = open.adopt(
    openS3Store({ ...job.bucket, stillMs: job.stillMs, prefix: 'crash', region: 'us-east-1' }),
    (one) => one.close(),
  );
  return await runSync(job.request, {
    source: from,
    destination: inSmallBatches(finishingDestination(to, lease.signal), job.maxRows),
    limiter: new Limiter({ requestsPerSecond: 0, concurrency: 0 }, clock),
    store: finishingStore(store, lease.signal),
    workDir: job.workDir,
    cacheDir: job.cacheDir,
    // Whatever may be removed is removed at once.
    graceMs: 0,
    memoryMiB: 512,
    redact: (text) => text,
    hashKey: async () => 'k'.repeat(32),
    clock,
    lease,
    onProgress: () => undefined,
    signal: lease.signal,
  });
}

function openDestination({ destination }: DriverJob): DestinationConnection {
  const { name, settings, secrets } = destination;
  switch (name) {
    case 'http':
      return http.open({
        settings: readSettings(http.settings, settings),
        secrets: { secret: undefined },
      });
    case 'postgres':
      return postgres.open({
        settings: readSettings(postgres.settings, settings),
        secrets: { password: secrets['password']! },
      });
    case 'slack':
      return slack.open({
        settings: readSettings(slack.settings, settings),
        secrets: { token: secrets['token']! },
      });
    case 'salesforce':
      return salesforce.open({
        settings: readSettings(salesforce.settings, settings),
        secrets: {
          privateKey: undefined,
          passphrase: undefined,
          clientSecret: secrets['clientSecret'],
        },
      });
  }
}

/** A small table makes many batches then. */
function inSmallBatches(destination: DestinationConnection, most: number): DestinationConnection {
  return {
    ...destination,
    open: async (request, signal) => small(await destination.open(request, signal), most),
  };
}

function small(target: AnyTarget, most: number): AnyTarget {
  const { begin } = target;
  return {
    ...target,
    maxRows: Math.min(most, target.maxRows),
    ...(begin && { begin: async (...told) => small(await begin(...told), most) }),
  };
}

/** Pauses between attempts are short; the wait for the end of a lease is over when a freeze has outlasted it. */
function clockOf(): Clock {
  const monotonicMs = (): number => performance.now() + frozenMs;
  return {
    now: () => Date.now(),
    monotonicMs,
    sleep: async (ms, signal) => {
      const until = monotonicMs() + (ms < 60_000 ? Math.min(ms, 20) : ms);
      while (monotonicMs() < until) {
        signal?.throwIfAborted();
        await wait(Math.max(1, Math.min(20, until - monotonicMs())));
      }
      signal?.throwIfAborted();
    },
    every: systemClock.every,
  };
}

/** As a machine that is suspended: for the process no time passes, for everybody else an hour does. */
function freeze(): void {
  frozenMs += 3_600_000;
  process.kill(process.pid, 'SIGSTOP');
}
