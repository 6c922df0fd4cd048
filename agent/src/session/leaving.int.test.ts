import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import { Logger } from '../logger.js';
import { FakeControlPlane } from '../testing/fake-control-plane.js';
import { Backoff } from './backoff.js';
import type { Desk } from './desk.js';
import { EnrollmentTokens } from './enrollment-tokens.js';
import { IdentityFile } from './identity-file.js';
import { Identity } from './identity.js';
import { Session } from './session.js';

const lease = { jobId: '11111111-0000-4000-8000-000000000000', epoch: 1n };
const emptyDesk: Desk = {
  offered: () => undefined,
  cancelled: () => undefined,
  freeSlots: () => 0,
  leases: () => [],
};

let plane: FakeControlPlane;
let directory: string;
let stop: AbortController;
let session: Session;
let over: Promise<void>;
/** Resolves when the session has lost its line and begins to wait. */
let waiting: Promise<void>;

beforeEach(async () => {
  plane = await FakeControlPlane.open();
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-leaving-'));
  stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting = promise;
  session = new Session({
    url: `${plane.url}/agent`,
    self: {
      identity: await Identity.open(new IdentityFile(join(directory, 'identity'))),
      tokens: new EnrollmentTokens([plane.makeToken()]),
      bootId: randomUUID(),
      version: '0.1.0',
      slots: 1,
      policyDigest: '',
    },
    clock: systemClock,
    logger: new Logger('fatal'),
    backoff: longest(),
    onState: (state) => (state === 'waiting' ? resolve() : undefined),
  });
  const welcomed = plane.welcomed();
  over = session.run(emptyDesk, stop.signal);
  await welcomed;
});

afterEach(async () => {
  stop.abort();
  await over;
  await plane.close();
  await rm(directory, { recursive: true, force: true });
});

it('comes back for its last word at once, however long it meant to wait', async () => {
  plane.cut();
  await waiting;
  const result = { case: 'connectionReport', value: { durationMs: 1 } } as const;
  session.say({ case: 'finished', value: { lease, result } });
  session.leave();
  await plane.heard('goodbye');
  await plane.finished(lease.jobId);
  await session.whenHeard();
  expect(plane.greetings).toBe(2);
});

it('has nothing to wait for when no job was left untold', async () => {
  plane.acknowledges = false;
  plane.cut();
  await waiting;
  session.say({ case: 'catalog', value: {} });
  session.leave();
  await expect(session.whenHeard()).resolves.toBeUndefined();
});

/** So many attempts were in vain that the next wait is the longest one. */
function longest(): Backoff {
  const backoff = new Backoff(() => 1);
  for (let n = 0; n < 8; n += 1) backoff.nextMs(0);
  return backoff;
}
