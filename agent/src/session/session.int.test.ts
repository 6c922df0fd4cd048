import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureKind, Standing } from '@drawbridge/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import type { Clock } from '../clock.js';
import { Failure } from '../failure.js';
import { JobRunner } from '../job/job-runner.js';
import { wireFailureOf } from '../job/wire-failure.js';
import type { Right, Work } from '../job/work.js';
import { Logger } from '../logger.js';
import { FakeControlPlane } from '../testing/fake-control-plane.js';
import type { OfferedWork } from '../testing/fake-control-plane.js';
import { HandClock } from '../testing/hand-clock.js';
import { Backoff } from './backoff.js';
import { EnrollmentTokens } from './enrollment-tokens.js';
import { IdentityFile } from './identity-file.js';
import { Identity } from './identity.js';
import { Session } from './session.js';

const anyWork: OfferedWork = {
  case: 'checkConnection',
  value: { connection: { case: 'source', value: { name: 'warehouse', type: 'postgres' } } },
};

let plane: FakeControlPlane;
let directory: string;
let logged: string[];
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  plane = await FakeControlPlane.open();
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-session-'));
  logged = [];
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await plane.close();
  await rm(directory, { recursive: true, force: true });
});

interface Begun {
  session: Session;
  jobs: JobRunner;
  /** Settles when the session is over. */
  over: Promise<void>;
  stop: () => Promise<void>;
}

const works = (run: (right: Right) => ReturnType<Work['run']>) => (): Work => ({
  kind: 'check_connection',
  ids: {},
  run,
});

const quick = works(async () => ({ case: 'connectionReport', value: { durationMs: 1 } }));

/** Acts over and over until it is stopped, as a run does that delivers batches. */
const acting = (acts: number[], clock: Clock) =>
  works(async ({ lease, signal }) => {
    for (;;) {
      signal.throwIfAborted();
      lease.assertTrusted();
      acts.push(clock.monotonicMs());
      await systemClock.sleep(5, signal);
    }
  });

async function begin(
  options: {
    prepare?: () => Work;
    token?: string | undefined;
    tokens?: string[];
    slots?: number;
    clock?: Clock;
    bootId?: string;
    policyDigest?: string;
  } = {},
): Promise<Begun> {
  const { clock = systemClock, slots = 2, prepare = quick } = options;
  const token = 'token' in options ? options.token : plane.makeToken();
  const logger = new Logger('info', { write: (line: string) => void logged.push(line) });
  const session = new Session({
    url: `${plane.url}/agent`,
    self: {
      identity: await Identity.open(new IdentityFile(join(directory, 'identity'))),
      tokens: new EnrollmentTokens(options.tokens ?? (token === undefined ? [] : [token])),
      bootId: options.bootId ?? randomUUID(),
      version: '1.2.3',
      slots,
      policyDigest: options.policyDigest ?? '',
    },
    clock,
    logger,
    backoff: new Backoff(() => 0),
  });
  const jobs = new JobRunner({
    slots,
    prepare,
    keepFailure: async (failure) => wireFailureOf(failure),
    line: session,
    clock,
    logger,
    onFinished: () => undefined,
  });
  session.say({ case: 'catalog', value: {} });
  const stopping = new AbortController();
  const over = session.run(jobs, stopping.signal);
  over.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping.abort();
    jobs.loseAll();
    await jobs.idle();
    await over.catch(() => undefined);
  };
  stops.push(stop);
  return { session, jobs, over, stop };
}

const seqs = (): bigint[] => plane.applied.map(({ seq }) => seq);

describe('a session', () => {
  it('enrols with a key of its own, greets, and is known by it at the next start', async () => {
    const first = await begin();
    await plane.heard('catalog');
    expect(plane.agents.size).toBe(1);
    const file = join(directory, 'identity');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain([...plane.agents.keys()][0]);
    await first.stop();
    await begin({ token: undefined });
    await plane.heard('catalog');
    expect(plane.agents.size).toBe(1);
  });

  it('takes a new key when it is asked to, goes on with its work, and is known by it at the next start', async () => {
    const first = await begin();
    await plane.heard('catalog');
    const [known] = plane.agents.values();
    const old = known?.publicKey;
    const greeted = plane.welcomed();
    plane.rotate();
    await greeted;
    expect(known?.publicKey).not.toEqual(old);
    const lease = plane.offer(anyWork);
    await plane.finished(lease.jobId);
    await first.stop();
    const again = plane.welcomed();
    await begin({ token: undefined });
    await again;
    expect(plane.agents.size).toBe(1);
  });

  it('is known by its old key when its new one was lost on the way, and tries again', async () => {
    let lost = 0;
    plane.swallows = ({ body }) => {
      if (body.case !== 'nextKey' || lost > 0) return false;
      lost += 1;
      queueMicrotask(() => plane.cut());
      return true;
    };
    await begin();
    await plane.heard('catalog');
    const [known] = plane.agents.values();
    const old = known?.publicKey;
    const back = plane.welcomed();
    plane.rotate();
    await back;
    expect([lost, known?.publicKey]).toEqual([1, old]);
    const rotated = plane.welcomed();
    plane.rotate();
    await rotated;
    expect(known?.publicKey).not.toEqual(old);
  });

  it('tries again with the same key and token when the answer to its enrolment was lost', async () => {
    let lost = 0;
    plane.swallows = ({ body }) => {
      if (body.case !== 'enroll' || lost > 0) return false;
      lost += 1;
      queueMicrotask(() => plane.cutAll());
      return true;
    };
    await begin();
    await plane.heard('catalog');
    expect(lost).toBe(1);
  });

  it('takes the first token of several that no other agent has spent', async () => {
    const [spent, free] = [plane.makeToken(), plane.makeToken()];
    plane.tokens.set(spent, Buffer.from('the key of another agent'));
    await begin({ tokens: [`dbe_${'x'.repeat(43)}`, spent, free] });
    await plane.heard('catalog');
    expect(plane.tokens.get(free)).toBeDefined();
    expect(plane.agents.size).toBe(1);
  });

  it('says why when none of its tokens is good', async () => {
    const spent = plane.makeToken();
    plane.tokens.set(spent, Buffer.from('the key of another agent'));
    const { over } = await begin({ tokens: [spent, spent] });
    await expect(over).rejects.toMatchObject({ kind: 'CONFIG', code: 'session.token_spent' });
  });

  it('is alive as long as its loop comes round, whatever becomes of the line', async () => {
    const clock = new HandClock();
    const { session } = await begin({ clock });
    await plane.heard('heartbeat');
    expect(session).toMatchObject({ isAlive: true, wasWelcomed: true, isLeaving: false });
    clock.freeze(plane.pace.heartbeatMs + 60_000);
    expect(session.isAlive).toBe(true);
    clock.freeze(1);
    expect(session.isAlive).toBe(false);
    const again = plane.welcomed();
    await clock.pass(0);
    await again;
    expect(session.isAlive).toBe(true);
  });

  it('says what is missing when it is not enrolled and has no token', async () => {
    const { over } = await begin({ token: undefined });
    await expect(over).rejects.toMatchObject({ kind: 'CONFIG', code: 'enrolment.no_token' });
  });

  it('stops for good when connecting again can not help', async () => {
    const { over } = await begin();
    await plane.heard('catalog');
    plane.problem('session.revoked', false);
    await expect(over).rejects.toMatchObject({ kind: 'CONFIG', code: 'session.revoked' });
  });

  it('comes back when it may, and after what it does not understand', async () => {
    await begin();
    await plane.heard('catalog');
    const again = plane.welcomed();
    plane.problem('session.restarting', true);
    await again;
    const after = plane.welcomed();
    plane.sayBytes(Buffer.from([0xff, 0xff]));
    await after;
    expect(plane.greetings).toBe(3);
    expect(logged.join('')).toContain('frame.malformed');
  });

  it('hangs up on a control plane that stopped answering', async () => {
    plane.pace = { heartbeatMs: 20, leaseMs: 60_000 };
    await begin();
    await plane.heard('catalog');
    plane.answersHeartbeats = false;
    await plane.welcomed();
    expect(logged.join('')).toContain('session.silent');
  });
});

describe('jobs over a session', () => {
  it('are taken, done and told of', async () => {
    await begin();
    await plane.heard('heartbeat');
    const { jobId } = plane.offer(anyWork);
    const { result } = await plane.finished(jobId);
    expect(result).toMatchObject({ case: 'connectionReport', value: { durationMs: 1 } });
    expect(plane.applied.map(({ body }) => body.case)).toEqual(['catalog', 'accepted', 'finished']);
  });

  it('are told once each and in order, wherever the line is cut', async () => {
    plane.pace = { heartbeatMs: 10, leaseMs: 60_000 };
    let heard = 0;
    let cutAt = 3;
    plane.swallows = () => {
      heard += 1;
      if (heard < cutAt) return false;
      cutAt = heard + 3 + (heard % 7);
      plane.cutAll();
      // Half of them are lost on the way, the others before their ack.
      return heard % 2 === 0;
    };
    await begin({ slots: 32 });
    const jobIds: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      const jobId = randomUUID();
      jobIds.push(jobId);
      await plane.offeredUntil(jobId, anyWork);
    }
    await Promise.all(jobIds.map((jobId) => plane.finished(jobId)));
    await expect.poll(() => plane.applied.filter(isFinished).length).toBe(20);
    expect(seqs()).toEqual(seqs().map((_, n) => BigInt(n + 1)));
    const told = plane.applied.filter(isFinished).map(({ body }) => jobOf(body.value));
    expect(told.toSorted()).toEqual(jobIds.toSorted());
    expect(plane.greetings).toBeGreaterThan(5);
  });

  it('are done once when they are offered twice', async () => {
    let runs = 0;
    await begin({
      prepare: works(async () => {
        runs += 1;
        return { case: 'connectionReport', value: {} };
      }),
    });
    await plane.heard('heartbeat');
    const { jobId, epoch } = plane.offer(anyWork);
    plane.offer(anyWork, epoch, jobId);
    await plane.finished(jobId);
    plane.offer(anyWork, epoch, jobId);
    const next = plane.offer(anyWork);
    await plane.finished(next.jobId);
    expect(runs).toBe(2);
    expect(plane.applied.filter(isFinished)).toHaveLength(2);
  });

  it('are refused when there is no room, when the agent drains, and when they can not be done', async () => {
    const acts: number[] = [];
    let canPrepare = true;
    const { session, jobs } = await begin({
      slots: 1,
      prepare: () => {
        if (canPrepare) return acting(acts, systemClock)();
        throw new Failure('CONFIG', 'connector.unknown', 'No such connector.');
      },
    });
    await plane.heard('heartbeat');
    const running = plane.offer(anyWork);
    const more = plane.offer(anyWork);
    const refused = await plane.heard('refused', ({ lease }) => lease?.jobId === more.jobId);
    expect(refused.failure).toMatchObject({
      kind: FailureKind.TRANSIENT,
      code: 'job.no_room',
    });
    plane.cancel(running);
    await plane.finished(running.jobId);
    canPrepare = false;
    const odd = plane.offer(anyWork);
    const { failure } = await plane.heard('refused', ({ lease }) => lease?.jobId === odd.jobId);
    expect(failure).toMatchObject({ kind: FailureKind.CONFIG, code: 'connector.unknown' });
    session.leave();
    await jobs.drain();
    await plane.heard('goodbye');
    const late = plane.offer(anyWork);
    const no = await plane.heard('refused', ({ lease }) => lease?.jobId === late.jobId);
    expect(no.failure).toMatchObject({ kind: FailureKind.TRANSIENT, code: 'job.draining' });
  });

  it('end with a report when they are cancelled, by a word or by a heartbeat', async () => {
    plane.pace = { heartbeatMs: 20, leaseMs: 60_000 };
    const acts: number[] = [];
    await begin({ prepare: acting(acts, systemClock) });
    await plane.heard('heartbeat');
    const one = plane.offer(anyWork);
    const other = plane.offer(anyWork);
    await expect.poll(() => acts.length).toBeGreaterThan(0);
    plane.cancel(one);
    plane.standings.set(other.jobId, Standing.CANCEL);
    for (const { jobId } of [one, other]) {
      const { result } = await plane.finished(jobId);
      expect(result).toMatchObject({
        case: 'failure',
        value: { kind: FailureKind.CANCELLED, code: 'run.cancelled' },
      });
    }
  });
});

describe('a lease', () => {
  it('that was taken away stops the job at once, without a word', async () => {
    plane.pace = { heartbeatMs: 20, leaseMs: 60_000 };
    const acts: number[] = [];
    const { jobs } = await begin({ prepare: acting(acts, systemClock) });
    await plane.heard('heartbeat');
    const { jobId } = plane.offer(anyWork);
    await expect.poll(() => acts.length).toBeGreaterThan(0);
    plane.standings.set(jobId, Standing.NOT_CURRENT);
    await expect.poll(() => jobs.size).toBe(0);
    const count = acts.length;
    const next = plane.offer(anyWork);
    plane.cancel(next);
    await plane.finished(next.jobId);
    expect(acts.length).toBe(count);
    expect(plane.applied.filter(isFinished)).toHaveLength(1);
    expect(logged.join('')).toContain('job.lease_lost');
  });

  it('that can not be renewed ends the job when its window has passed', async () => {
    plane.pace = { heartbeatMs: 20, leaseMs: 300 };
    const acts: number[] = [];
    const { jobs } = await begin({ prepare: acting(acts, systemClock) });
    await plane.heard('heartbeat');
    plane.offer(anyWork);
    await expect.poll(() => acts.length).toBeGreaterThan(0);
    plane.answersHeartbeats = false;
    const silentAt = systemClock.monotonicMs();
    await expect.poll(() => jobs.size).toBe(0);
    expect(acts.at(-1)).toBeLessThan(silentAt + 300);
    expect(plane.applied.filter(isFinished)).toHaveLength(0);
  });

  it('is not believed before a heartbeat confirms it, so that an old offer does nothing', async () => {
    const acts: number[] = [];
    await begin({ prepare: acting(acts, systemClock) });
    await plane.heard('heartbeat');
    plane.answersHeartbeats = false;
    const { jobId } = plane.offer(anyWork);
    await plane.heard('accepted');
    plane.standings.set(jobId, Standing.NOT_CURRENT);
    plane.answersHeartbeats = true;
    await expect.poll(() => logged.join('')).toContain('job.lease_lost');
    expect(acts).toEqual([]);
  });

  it('that ran out while the process stood still is not used when it goes on', async () => {
    plane.pace = { heartbeatMs: 20, leaseMs: 60_000 };
    let stoodStillMs = 0;
    const clock: Clock = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() + stoodStillMs,
    };
    const acts: number[] = [];
    const { jobs } = await begin({ prepare: acting(acts, clock), clock });
    await plane.heard('heartbeat');
    plane.offer(anyWork);
    await expect.poll(() => acts.length).toBeGreaterThan(0);
    const count = acts.length;
    stoodStillMs = 61_000;
    await expect.poll(() => jobs.size).toBe(0);
    expect(acts.length).toBe(count);
    expect(plane.applied.filter(isFinished)).toHaveLength(0);
  });
});

describe('the operator’s log', () => {
  it('holds codes and never what a failure says', async () => {
    const canary = 'Key (email)=(canary@example.com) already exists';
    await begin({
      prepare: works(async () => {
        throw new Failure('REJECTED', 'destination.rejected', 'Refused.', {
          vendorCode: '23505',
          detail: canary,
          cause: new Error(canary),
        });
      }),
    });
    await plane.heard('heartbeat');
    const { jobId } = plane.offer(anyWork);
    await plane.finished(jobId);
    const text = logged.join('');
    expect(text).toContain('destination.rejected');
    expect(text).toContain('23505');
    expect(text).not.toContain('canary');
    const wire = JSON.stringify(plane.said, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(wire).not.toContain('canary');
  });
});

const isFinished = ({ body }: { body: { case: string | undefined } }): boolean =>
  body.case === 'finished';

function jobOf(value: unknown): string {
  return (value as { lease: { jobId: string } }).lease.jobId;
}
