import { setTimeout as wait } from 'node:timers/promises';
import { askGraphql } from '@drawbridge/local/graphql.js';
import type { Arena } from './arena.js';
import { faults, type FaultName } from './faults.js';
import { brokenLaws, lawCount, type Broken } from './laws.js';

export interface Plan {
  runs: number;
  /** How often each fault comes. */
  rounds: number;
  faults: readonly FaultName[];
  /** Runs are started so many at once of each kind, and so many ms apart, for as long as things go wrong. */
  atOnce: number;
  paceMs: number;
  random: () => number;
  /** Hears what is done. */
  tell: (line: string) => void;
}

export interface Outcome {
  runs: number;
  slots: number;
  /** Slots of clocks, those whose run began too late, and ends of runs that were followed. */
  ticks: number;
  missed: number;
  followed: number;
  faults: { [name in FaultName]?: number };
  leases: number;
  leasesLost: number;
  parkedAndReleased: number;
  acknowledged: number;
  laws: number;
  broken: Broken[];
}

/** How long the last runs may take, once nothing goes wrong any more. */
const settleMs = 120_000;
const pauseMs = 100;

/** Starts runs by schedule and by hand while one thing after another goes wrong; then waits, and looks at what was recorded. */
export async function stirUp(arena: Arena, plan: Plan): Promise<Outcome> {
  const feeder = new Feeder(arena, plan);
  const fed = feeder.feed();
  const done: Outcome['faults'] = {};
  for (const [name, victim] of shuffled(plan, arena.replicas.length)) {
    plan.tell(`${name} (replica ${victim + 1})`);
    await faults[name](arena, victim);
    done[name] = (done[name] ?? 0) + 1;
  }
  await fed;
  const parkedAndReleased = await settle(arena);
  const acknowledged = arena.agents.flatMap((agent) => agent.acknowledged);
  const { record } = arena;
  return {
    runs: await record.count('select id from "Run"'),
    slots: await record.count('select slot from chaos_slot'),
    ticks: await record.count(`select from "Slot" as slot join "Sync" as sync
      on sync.id = slot."syncId" and sync.name ~ '^tick-'`),
    missed: await record.count(`select id from "Event" where kind = 'run.missed'`),
    followed: await record.count('select from "Slot" where "upstreamRunId" is not null'),
    faults: done,
    leases: await record.count(`select id from chaos_lease where "isNow" = 'leased'`),
    leasesLost: await record.count(
      `select id from chaos_lease where was = 'leased' and "isNow" in ('queued', 'parked')`,
    ),
    parkedAndReleased,
    acknowledged: acknowledged.length,
    laws: lawCount,
    broken: await brokenLaws(record, { started: feeder.started, acknowledged }),
  };
}

function shuffled(
  { rounds, faults: names, random }: Plan,
  replicas: number,
): [FaultName, number][] {
  const all = Array.from({ length: rounds }, () => names).flat();
  return all
    .map((name) => ({ name, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ name }) => [name, Math.floor(random() * replicas)]);
}

/** Half of the runs by slots of a schedule, half by hand. What can't be asked for now is asked for later. */
class Feeder {
  /** Runs that were promised: their starts were answered. */
  readonly started: string[] = [];
  private slots = 0;

  constructor(
    private readonly arena: Arena,
    private readonly plan: Plan,
  ) {}

  async feed(): Promise<void> {
    const half = Math.ceil(this.plan.runs / 2);
    for (let n = 0; this.slots < half || this.started.length < half; n += 1) {
      const most = Math.min(this.plan.atOnce, half - this.slots);
      if (most > 0) this.slots += await this.arena.record.makeDue(most).catch(() => 0);
      if (this.started.length < half) await this.startByHand(n).catch(() => undefined);
      await wait(this.plan.paceMs);
    }
  }

  private async startByHand(n: number): Promise<void> {
    const { replicas, size, apiKey } = this.arena;
    const { url = '' } = replicas[n % replicas.length] ?? {};
    const starts = Array.from({ length: this.plan.atOnce }, (_, k) => {
      const sync = `sync-${(2 * (this.plan.atOnce * n + k)) % size.syncs}`;
      return within(
        askGraphql<{ startRun: { run: { id: string } } }>(
          { url, apiKey },
          `mutation { startRun(input: { sync: "${sync}" }) { run { id } } }`,
        ),
      );
    });
    for (const start of await Promise.allSettled(starts))
      if (start.status === 'fulfilled') this.started.push(start.value.startRun.run.id);
  }
}

/** A replica that is stopped answers nobody. */
async function within<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  const late = wait(1_500, undefined, { ref: false }).then(() => {
    throw new Error('No answer.');
  });
  late.catch(() => undefined);
  return Promise.race([work, late]);
}

/** Plays the person who releases what was parked: four lost leases are no failure here. Answers how many. */
async function settle({ record, replicas, apiKey }: Arena): Promise<number> {
  const released = new Set<string>();
  const until = performance.now() + settleMs;
  const open = `select id from "Run" where "finishedAt" is null
    union all select id from "Sync" where "nextRunAt" is not null
    union all select "syncId" from "Slot" where outcome = 'waiting' or "lateAt" is not null`;
  while (performance.now() < until && (await record.count(open)) > 0) {
    await record.stopClocks();
    const parked = await record.rows<{ id: string }>(`select id from "Run" where state = 'parked'`);
    for (const { id } of parked) {
      const query = `mutation { releaseRun(input: { id: "${id}" }) { run { id } } }`;
      const asked = askGraphql({ url: replicas[0]?.url ?? '', apiKey }, query);
      // A person presses the button again.
      await asked.then(
        () => released.add(id),
        () => undefined,
      );
    }
    await wait(pauseMs);
  }
  return released.size;
}
