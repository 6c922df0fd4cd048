import type { Claims } from './claims.js';
import type { Burst, Pace } from './dispatch.js';
import type { Reconnect } from './reconnect.js';

export interface Measured {
  agents: number;
  syncs: number;
  rate: number;
  idleSocketKiB: number;
  pace: Pace;
  burst: Burst;
  reconnect: Reconnect;
  claims: Claims;
}

/** What `--json` prints. */
export interface Figures {
  agents: number;
  syncs: number;
  p50DueToAcceptedMs: number;
  p99DueToAcceptedMs: number;
  claimsPerSecond: number;
  claimsRatioToBest: number;
  idleSocketKiB: number;
  reconnectAllSeconds: number;
  statementsPerRun: number;
  /** All syncs due at once, from due to accepted. */
  runsPerSecond: number;
  /** Of the two libraries, jobs a second. */
  claimsBeside: Omit<Claims, 'ours'>;
  runsHeldAtKill: number;
  runsFailed: number;
  leasesLost: number;
}

export const targets =
  'p99 from due to accepted under 1 s, claims at least those of the faster library, an idle socket under 30 KiB, all agents back within 20 s of a kill, no run failed';

export function figuresOf({ agents, syncs, ...measured }: Measured): Figures {
  const { pace, burst, reconnect, claims, idleSocketKiB } = measured;
  const { ours, ...claimsBeside } = claims;
  const best = Math.max(...Object.values(claimsBeside));
  return {
    agents,
    syncs,
    p50DueToAcceptedMs: Math.round(pace.p50Ms),
    p99DueToAcceptedMs: Math.round(pace.p99Ms),
    claimsPerSecond: ours,
    claimsRatioToBest: Math.round((ours / best) * 100) / 100,
    idleSocketKiB: Math.round(idleSocketKiB * 10) / 10,
    reconnectAllSeconds: Math.round(reconnect.seconds * 10) / 10,
    statementsPerRun: Math.round(pace.statementsPerRun * 10) / 10,
    runsPerSecond: Math.round(burst.runsPerSecond),
    claimsBeside,
    runsHeldAtKill: reconnect.held,
    runsFailed: reconnect.failed,
    leasesLost: reconnect.leasesLost,
  };
}

export function missesOf(figures: Figures): string[] {
  const { p99DueToAcceptedMs, claimsRatioToBest, idleSocketKiB, reconnectAllSeconds, runsFailed } =
    figures;
  const checks: [string, boolean][] = [
    ['p99 from due to accepted', p99DueToAcceptedMs < 1_000],
    ['claims', claimsRatioToBest >= 1],
    ['idle socket', idleSocketKiB < 30],
    ['reconnect', reconnectAllSeconds < 20],
    ['no failed run', runsFailed === 0],
  ];
  return checks.filter(([, isMet]) => !isMet).map(([name]) => name);
}

export function textOf(figures: Figures): string {
  const { claimsBeside, ...own } = figures;
  const lines = [...Object.entries(own), ...Object.entries(claimsBeside)];
  const misses = missesOf(figures);
  return [
    ...lines.map(([name, value]) => `${name.padEnd(22)} ${value}`),
    misses.length > 0 ? `missed: ${misses.join(', ')}` : 'all targets met',
    'Claims are jobs a second, claimed in tens by four at a time and not yet done; graphileWorker and pgBoss are trivial jobs.',
    'An idle socket is what lives on the heap and in buffers, after a collection of garbage.',
    'Statements are all that the database was asked for, heartbeats of agents with nothing to do among them.',
  ].join('\n');
}
