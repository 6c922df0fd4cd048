import { setTimeout as wait } from 'node:timers/promises';
import type { Arena } from './arena.js';

type Fault = (arena: Arena, victim: number) => Promise<void>;

/** What is done to whom; each is over when it resolves, and all processes run again. */
export const faults = {
  'kill -9': async ({ replicas }, victim) => {
    const program = replicas[victim]?.program;
    program?.kill('SIGKILL');
    await program?.exited;
    await program?.restart();
  },
  'restart in order': async ({ replicas }, victim) => {
    await replicas[victim]?.program.restart();
  },
  'restart Postgres': async ({ restartPostgres }) => {
    await restartPostgres();
  },
  'swallow notices': async ({ noticeLine, size }) => {
    noticeLine.mute();
    await wait(size.leaseMs * 2);
    noticeLine.unmute();
  },
  'stop past its leases': async ({ replicas, size }, victim) => {
    replicas[victim]?.program.kill('SIGSTOP');
    await wait(size.leaseMs * 3);
    replicas[victim]?.program.kill('SIGCONT');
  },
  'stop them all': async ({ replicas, size }) => {
    for (const { program } of replicas) program.kill('SIGSTOP');
    await wait(size.leaseMs * 3);
    for (const { program } of replicas) program.kill('SIGCONT');
  },
  'accept and never answer': async ({ doors, size }, victim) => {
    doors[victim]?.mute();
    await wait(size.leaseMs * 3);
    doors[victim]?.unmute();
  },
} as const satisfies { [name: string]: Fault };

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
