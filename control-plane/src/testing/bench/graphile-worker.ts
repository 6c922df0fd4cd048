import { Logger, makeWorkerUtils, run, runMigrations } from 'graphile-worker';
import { atOnce, batch, perSecond, queuedAtOnce } from './claiming.js';

const silent = new Logger(() => () => undefined);

/**
 * As many trivial jobs, claimed in tens by as many runners at a time as claim of ours: its local queue fetches so many at
 * once. No job ends before all are claimed, so that nothing but claiming is measured, from the
 * first ten on. Jobs a second.
 */
export async function claimByGraphileWorker(
  connectionString: string,
  jobs: number,
): Promise<number> {
  const options = { connectionString, logger: silent };
  await runMigrations(options);
  await queue(options, jobs);
  const all = Promise.withResolvers<void>();
  let claimed = 0;
  let beganMs = 0;
  const taskList = {
    trivial: async (): Promise<void> => {
      claimed += 1;
      if (claimed === 1) beganMs = performance.now();
      if (claimed === jobs) all.resolve();
      await all.promise;
    },
  };
  const runners = await Promise.all(
    Array.from({ length: atOnce }, () =>
      run({
        ...options,
        taskList,
        noHandleSignals: true,
        preset: { worker: { concurrentJobs: jobs, localQueue: { size: batch } } },
      }),
    ),
  );
  await all.promise;
  const speed = perSecond(jobs - batch, beganMs);
  await Promise.all(runners.map((runner) => runner.stop()));
  return speed;
}

async function queue(
  options: { connectionString: string; logger: Logger },
  jobs: number,
): Promise<void> {
  const utils = await makeWorkerUtils(options);
  await utils.withPgClient((client) => client.query('truncate graphile_worker._private_jobs'));
  for (let at = 0; at < jobs; at += queuedAtOnce)
    await utils.addJobs(
      Array.from({ length: Math.min(queuedAtOnce, jobs - at) }, (_, n) => ({
        identifier: 'trivial',
        payload: { n: at + n },
      })),
    );
  await utils.withPgClient((client) =>
    client.query('vacuum analyze graphile_worker._private_jobs'),
  );
  await utils.release();
}
