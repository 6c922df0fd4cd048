import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SalesforceDone, SalesforceJob } from './salesforce-job.js';

/** An agent that begins its run at once; `directory` is for its files, also if it is killed. */
export function startAgent(job: SalesforceJob, directory: string): ChildProcess {
  const script = fileURLToPath(new URL('salesforce-agent.js', import.meta.url));
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench-secret',
    TMPDIR: directory,
  };
  const agent = fork(script, { env, serialization: 'advanced' });
  agent.send(job);
  return agent;
}

/** Resolves when the agent has told how its run went, and is gone. */
export async function ended(agent: ChildProcess): Promise<SalesforceDone> {
  const exit = gone(agent);
  const told = once(agent, 'message').then(([message]) => message as SalesforceDone);
  const done = await Promise.race([told, exit]);
  if (!done) throw new Error('The agent ended early.');
  await exit;
  return done;
}

export async function gone(agent: ChildProcess): Promise<undefined> {
  if (agent.exitCode === null && agent.signalCode === null) await once(agent, 'exit');
  return undefined;
}
