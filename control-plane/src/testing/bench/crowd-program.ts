// The agents of a bench: does what its parent says, one thing at a time, and ends with it.
import { setTimeout as wait } from 'node:timers/promises';
import { FakeAgent } from '../fake-agent.js';
import { SteadyAgent } from '../steady-agent.js';
import type { Order, Standing } from './crowd.js';

/** Agents that enrol at once. */
const abreast = 16;
const pollMs = 20;
/** As the real agent waits before it connects again: anything up to a bound that doubles. */
const [firstMs, longestMs] = [1_000, 10_000];

const agents: SteadyAgent[] = [];
const work = { fromMs: 0, toMs: 0 };

process.on('message', (order: Order) => {
  void obey(order).then(() => process.send?.(standing()));
});
process.on('disconnect', () => process.exit());

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'enrol': {
      const left = [...order.tokens];
      const enrolling = Array.from({ length: abreast }, async () => {
        for (let token = left.pop(); token; token = left.pop()) await enrol(order.url, token);
      });
      await Promise.all(enrolling);
      return;
    }
    case 'connect':
      for (const agent of agents.slice(0, order.count)) if (!agent.isStarted) agent.start();
      while (standing().open < order.count) await wait(pollMs);
      return;
    case 'work':
      Object.assign(work, order);
      return;
    case 'count':
  }
}

async function enrol(url: string, token: string): Promise<void> {
  const guest = await FakeAgent.connect(url);
  await guest.enroll(token);
  await guest.close();
  agents.push(
    new SteadyAgent(() => url, guest.identity, {
      slots: 4,
      workMs: () => work.fromMs + Math.random() * (work.toMs - work.fromMs),
      backoffMs: (attempt) => Math.random() * Math.min(longestMs, firstMs * 2 ** attempt),
    }),
  );
}

function standing(): Standing {
  const sum = (of: (agent: SteadyAgent) => number): number =>
    agents.reduce((total, agent) => total + of(agent), 0);
  return {
    open: sum(({ isOpen }) => Number(isOpen)),
    welcomes: sum(({ welcomes }) => welcomes),
    acknowledged: sum(({ acknowledged }) => acknowledged.length),
  };
}
