import { setTimeout as wait } from 'node:timers/promises';
import { RefusedError } from '../graphql.js';
import type { Graphql } from '../graphql.js';
import { DemoError } from './demo-error.js';

export interface FinishedRun {
  id: string;
  sync: string;
  state: string;
  counts: Record<
    | 'queried'
    | 'unchanged'
    | 'added'
    | 'changed'
    | 'removed'
    | 'invalid'
    | 'sent'
    | 'skipped'
    | 'rejected'
    | 'withheld'
    | 'pending'
    | 'uncertain',
    number
  >;
  errors: { code: string; count: number; advice: string | null }[];
  failure: { code: string; advice: string | null } | null;
  createdAt: string;
  finishedAt: string | null;
}

const fields = `id sync state createdAt finishedAt
  counts { queried unchanged added changed removed invalid sent skipped rejected withheld pending uncertain }
  errors { code count advice } failure { code advice }`;
const finalStates = ['succeeded', 'completed_with_errors', 'failed', 'cancelled'];
const pollMs = 50;
const patienceMs = 10 * 60_000;

/** Starts a run and waits for its end. A run of the same sync that is under way already is waited for first. */
export async function runSync(graphql: Graphql, sync: string): Promise<FinishedRun> {
  for (;;) {
    const earlier = await liveRun(graphql, sync);
    if (earlier) await finish(graphql, earlier.id);
    const id = await start(graphql, sync);
    if (id) return finish(graphql, id);
  }
}

/** Undefined when the schedule was faster. */
async function start(graphql: Graphql, sync: string): Promise<string | undefined> {
  try {
    const { startRun } = await graphql<{ startRun: { run: { id: string } } }>(
      'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } } }',
      { input: { sync } },
    );
    return startRun.run.id;
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'run.already_live') return undefined;
    throw error;
  }
}

async function liveRun(graphql: Graphql, sync: string): Promise<FinishedRun | undefined> {
  const answer = await graphql<{ sync: { lastRun: FinishedRun | null } | null }>(
    `query ($name: String!) { sync(name: $name) { lastRun { ${fields} } } }`,
    { name: sync },
  );
  const last = answer.sync?.lastRun;
  return last && !finalStates.includes(last.state) ? last : undefined;
}

async function finish(graphql: Graphql, id: string): Promise<FinishedRun> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const { run } = await graphql<{ run: FinishedRun }>(
      `query ($id: ID!) { run(id: $id) { ${fields} } }`,
      { id },
    );
    if (finalStates.includes(run.state)) return run;
    await wait(pollMs);
  }
  throw new DemoError(`The run ${id} did not end within ${patienceMs / 60_000} minutes.`);
}
