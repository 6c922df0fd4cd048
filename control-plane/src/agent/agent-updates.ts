import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Notices } from '../database/notices.js';
import { WakeUp } from '../wake-up.js';
import { AgentService } from './agent.service.js';
import type { Agent } from './agent.model.js';

/** A notice may be lost, and no notice tells that an agent fell silent. */
const pollMs = 5_000;

/** Tells of every agent of a workspace that changed, until nobody listens. */
@Injectable()
export class AgentUpdates {
  constructor(
    private readonly agents: AgentService,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  async of(caller: Caller): Promise<AsyncIterableIterator<Agent>> {
    // First, so that a database that is away leaves no listener behind; what changes meanwhile the next look finds.
    const known = textById(await this.agents.list(caller));
    const stop = new AbortController();
    const wakeUp = new WakeUp();
    const unsubscribe = this.notices.subscribe((notice) => {
      if (notice.kind === 'agent_updated' && notice.workspaceId === caller.workspaceId)
        wakeUp.call();
    });
    stop.signal.addEventListener('abort', unsubscribe, { once: true });
    const updates = this.updates(caller, known, wakeUp, stop.signal);
    const iterator: AsyncIterableIterator<Agent> = {
      next: () => updates.next(),
      // A generator that sleeps hears of its end only when the sleep ends.
      return: () => {
        stop.abort();
        return updates.return(undefined);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  private async *updates(
    caller: Caller,
    known: Map<string, string>,
    wakeUp: WakeUp,
    signal: AbortSignal,
  ): AsyncGenerator<Agent, undefined> {
    while (!signal.aborted) {
      await wakeUp.sleep(this.clock, pollMs, signal);
      if (signal.aborted) return undefined;
      for (const agent of await this.agents.list(caller)) {
        const text = JSON.stringify(agent);
        if (known.get(agent.id) !== text) yield agent;
        known.set(agent.id, text);
      }
    }
    return undefined;
  }
}

const textById = (agents: readonly Agent[]): Map<string, string> =>
  new Map(agents.map((agent) => [agent.id, JSON.stringify(agent)]));
