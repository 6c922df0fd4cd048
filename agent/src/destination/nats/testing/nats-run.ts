// A process that runs the engine once and is killed at one of its crash points, as a machine dies.
import { once } from 'node:events';
import { kill, pid } from 'node:process';
import { onCrashPoint } from '../../../crash-point.js';
import type { CrashPoint } from '../../../crash-point.js';
import { runToNats } from './nats-engine.js';
import type { NatsRun } from './nats-engine.js';

export interface FatalRun extends NatsRun {
  /** The place, and the how manieth time there, from 1. */
  diesAt: { point: CrashPoint; time: number };
}

const [{ diesAt, ...run }] = (await once(process, 'message')) as [FatalRun];
let passed = 0;
onCrashPoint((point) => {
  if (point === diesAt.point && ++passed === diesAt.time) kill(pid, 'SIGKILL');
});
await runToNats(run);
// Nobody should come here: the point is one that every such run passes.
process.exit(3);
