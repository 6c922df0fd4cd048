import { setTimeout as wait } from 'node:timers/promises';
import { countAll } from './crowd.js';
import { makeDue, untilOver } from './dispatch.js';
import type { Site } from './site.js';

export interface Reconnect {
  /** From the kill to the last agent's welcome; the control plane's own start is in it. */
  seconds: number;
  /** Under way at the kill. */
  held: number;
  leasesLost: number;
  failed: number;
}

const pollMs = 50;
const workMs = 15_000;
/** Half of what falls due in so many seconds is under way at the kill, the other half comes after it. */
const dueSeconds = 10;

/** kill -9 while agents work, and started again at once. */
export async function measureReconnect(site: Site, rate: number): Promise<Reconnect> {
  const { sql, crowds, size, controlPlane } = site;
  await Promise.all(crowds.map((crowd) => crowd.work(workMs, workMs)));
  const due = Math.min(size.syncs, size.agents, dueSeconds * rate);
  const since = await makeDue(site, due, 1_000 / rate);
  const count = async (condition: string): Promise<number> => {
    const { rows } = await sql.query<{ n: string }>(
      `select count(*) as n from "Run" where slot >= $1 and ${condition}`,
      [since],
    );
    return Number(rows[0]?.n);
  };
  while ((await count(`state = 'running'`)) < due / 2) await wait(pollMs);
  const held = await count(`state = 'running'`);
  const { welcomes } = await countAll(crowds);
  const killedMs = performance.now();
  controlPlane.program.kill('SIGKILL');
  await controlPlane.program.exited;
  const restarted = controlPlane.program.restart();
  for (
    let now = await countAll(crowds);
    now.welcomes < welcomes + size.agents || now.open < size.agents;
  ) {
    await wait(pollMs);
    now = await countAll(crowds);
  }
  const seconds = (performance.now() - killedMs) / 1_000;
  await restarted;
  await untilOver(site, since);
  const failed = await count(`state <> 'succeeded'`);
  return { seconds, held, failed, leasesLost: await count('lapses is not null') };
}
