import { setTimeout as wait } from 'node:timers/promises';
import { askGraphql } from '../graphql.js';
import { tableNames, type Tables } from './tables.js';

const lastStates = new Set(['succeeded', 'completed_with_errors', 'failed', 'cancelled']);
const pollMs = 150;
const paceMs = 200;
/** Longer than a lost lease takes to be found out. */
const patienceMs = 90_000;

export interface Ended {
  id: string;
  sync: string;
  state: string;
  /** Code of what failed it; empty when nothing did. */
  code: string;
}

interface RunAnswer {
  run: { state: string; failure: { code: string } | null };
}

/** Changes rows and runs the sync that takes them along, for each sync again and again. */
export class Load {
  readonly ended: Ended[] = [];
  /** What was asked of the public API, and what it did not answer or refused. */
  asked = 0;
  readonly refused: string[] = [];
  private readonly stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly tables: Tables,
    private readonly to: { url: string; apiKey: string },
  ) {}

  start(): void {
    this.loops = Promise.all(tableNames.map((table) => this.repeat(table)));
  }

  /** When the runs that are under way have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loops;
  }

  /** Of every agent, as a person would. */
  async askForKeys(): Promise<void> {
    const { agents } = await this.ask<{ agents: { edges: { node: { id: string } }[] } }>(
      '{ agents(first: 100) { edges { node { id } } } }',
      {},
    );
    const query = 'mutation ($id: ID!) { rotateAgent(input: { id: $id }) { agent { id } } }';
    for (const { node } of agents.edges) await this.ask(query, { id: node.id });
  }

  private async repeat(table: string): Promise<void> {
    // The first run takes what is there; from then on each change is one that must arrive, once.
    await this.runTold(table);
    while (!this.stopping.signal.aborted) {
      await wait(paceMs);
      await this.tables.change(table);
      await this.runTold(table);
    }
  }

  private async runTold(table: string): Promise<void> {
    await this.run(table).catch((error: unknown) => {
      this.ended.push({ id: '', sync: table, state: 'unknown', code: String(error) });
    });
  }

  private async run(sync: string): Promise<void> {
    const { startRun } = await this.ask<{ startRun: { run: { id: string } } }>(
      'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } } }',
      { input: { sync } },
    );
    const { id } = startRun.run;
    const until = performance.now() + patienceMs;
    for (;;) {
      await wait(pollMs);
      const query = 'query ($id: ID!) { run(id: $id) { state failure { code } } }';
      const { state, failure } = (await this.ask<RunAnswer>(query, { id })).run;
      const isLate = performance.now() > until;
      if (!isLate && !lastStates.has(state)) continue;
      this.ended.push({ id, sync, state, code: failure?.code ?? '' });
      return;
    }
  }

  /** A connection of its own each time, as most scripts have. Asked once: whoever has to ask again was failed. */
  private async ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    this.asked += 1;
    try {
      return await askGraphql<T>(this.to, query, variables);
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      this.refused.push(cause ? `${String(error)} ${String(cause)}` : String(error));
      throw error;
    }
  }
}
