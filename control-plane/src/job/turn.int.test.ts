import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { claimJobs } from './claim.js';
import { insertJob } from './enqueue.js';
import { openGround, type Ground } from './testing/ground.js';
import { headStartMs, priorities, watchedMs } from './turn.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const hourMs = 3_600_000;

async function queue(name: string, headStart: number): Promise<[id: string, name: string]> {
  const { workspaceId } = ground.caller;
  const { poolId, database } = ground;
  const job = { workspaceId, poolId, kind: 'discover', request: {} } as const;
  const id = await database.$transaction((tx) => insertJob(tx, { ...job, headStartMs: headStart }));
  return [id, name];
}

/** The names of the jobs as one agent gets them, one at a time. */
async function turns(names: ReadonlyMap<string, string>): Promise<(string | undefined)[]> {
  const { poolId, database } = ground;
  const claim = { poolId, agentIds: [(await ground.makeAgent()).id], leaseMs: 60_000 };
  const order: (string | undefined)[] = [];
  for (;;) {
    const [job] = await database.$transaction((tx) => claimJobs(tx, claim));
    if (!job) return order;
    order.push(names.get(job.jobId));
  }
}

it('gives the watched first, then what was asked for, each by priority, whatever came first', async () => {
  const queued: [string, string][] = [];
  for (const isAskedFor of [false, true])
    for (const priority of priorities.toReversed())
      queued.push(
        await queue(
          `${isAskedFor ? 'asked' : 'slot'} ${priority}`,
          headStartMs({ isAskedFor, priority }),
        ),
      );
  queued.push(await queue('watched', watchedMs));
  const backwards = queued.toReversed().map(([, name]) => name);
  expect(await turns(new Map(queued))).toEqual(backwards);
});

it('lets nothing wait for ever: low that waited longer than the difference goes before a new high', async () => {
  const [high, low] = (['high', 'low'] as const).map((priority) =>
    headStartMs({ isAskedFor: false, priority }),
  );
  const difference = high! - low!;
  const queued = [
    await queue('high', high!),
    await queue('low, long ago', low! + difference + hourMs),
    await queue('low, a while ago', low! + difference - hourMs),
  ];
  expect(await turns(new Map(queued))).toEqual(['low, long ago', 'high', 'low, a while ago']);
});
