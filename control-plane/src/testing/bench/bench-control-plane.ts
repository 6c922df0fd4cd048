// A control plane as one process, 1,000 agents on real sockets in two others, 10,000 syncs in ten workspaces, one Postgres.
//
// In order: memory per idle socket → every sync due once, at a steady pace: from due to accepted, and statements per run →
// every sync due at once → the control plane is killed in the middle of runs, and all agents come back → the same jobs
// claimed in tens by the queue itself and, as trivial jobs, by graphile-worker and pg-boss.
//
//   npm run bench:control-plane -- [--agents 1000] [--syncs 10000] [--rate 100] [--json]
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { claimsBeside } from './claims.js';
import { measureBurst, measurePace } from './dispatch.js';
import { figuresOf, missesOf, targets, textOf, type Measured } from './figures.js';
import { measureIdleSockets } from './idle-sockets.js';
import { measureReconnect } from './reconnect.js';
import { openSite, workspaceCount } from './site.js';

const usage = `Usage: npm run bench:control-plane -- [--agents 1000] [--syncs 10000] [--rate 100] [--json]
One control plane, --agents simulated agents on real sockets, --syncs syncs in ${workspaceCount} workspaces, one Postgres. Each sync runs
once at --rate runs a second, then all are due at once, then the control plane is killed with runs under way; beside, as many
trivial jobs through graphile-worker and pg-boss. Takes about four minutes at full size. Targets: ${targets}.
Exit code 1 when one was missed. --json prints the figures as JSON, last.`;

const { values: flags } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000' },
    syncs: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const [agents = 0, syncs = 0, rate = 0] = [flags.agents, flags.syncs, flags.rate].map(Number);
  const areWhole = [agents, syncs, rate].every((n) => Number.isSafeInteger(n) && n > 0);
  if (
    !areWhole ||
    agents % workspaceCount ||
    syncs % workspaceCount ||
    agents < 4 * workspaceCount
  ) {
    console.error(`--agents and --syncs are multiples of ${workspaceCount}.\n${usage}`);
    process.exitCode = 2;
    return;
  }
  Logger.overrideLogger(false);
  const figures = figuresOf(await measure({ agents, syncs, rate }));
  (flags.json ? console.error : console.log)(textOf(figures));
  if (flags.json) console.log(JSON.stringify(figures));
  process.exitCode = missesOf(figures).length > 0 ? 1 : 0;
}

async function measure(size: { agents: number; syncs: number; rate: number }): Promise<Measured> {
  await using open = new AsyncDisposableStack();
  const began = performance.now();
  const tell = (line: string): void =>
    console.error(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  tell(`Making ${size.syncs} syncs in ${workspaceCount} workspaces`);
  const site = await openSite(size, open);
  tell(`Enrolling ${size.agents} agents; how much memory one takes that has nothing to do`);
  const idleSocketKiB = await measureIdleSockets(site);
  tell(`Each sync once, ${size.rate} a second`);
  const pace = await measurePace(site, size.rate);
  tell(`${pace.runs} runs, 99 % accepted within ${pace.p99Ms.toFixed(0)} ms`);
  tell('All syncs at once');
  const burst = await measureBurst(site);
  tell(`${burst.runs} runs, ${burst.runsPerSecond.toFixed(0)} a second`);
  tell('Killing the control plane while agents work');
  const reconnect = await measureReconnect(site, size.rate);
  tell(
    `All agents were back after ${reconnect.seconds.toFixed(1)} s, ${reconnect.held} runs were under way`,
  );
  tell('Claiming in tens, beside graphile-worker and pg-boss');
  await site.leave();
  const claims = await claimsBeside(site, tell);
  return { ...size, idleSocketKiB, pace, burst, reconnect, claims };
}
