import { PgBoss } from 'pg-boss';
import { atOnce, batch, perSecond, queuedAtOnce } from './claiming.js';

const queue = 'trivial';

/** As many trivial jobs, fetched in tens by as many at a time as claim of ours, and not completed. Jobs a second. */
export async function claimByPgBoss(connectionString: string, jobs: number): Promise<number> {
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
  boss.on('error', () => undefined);
  await boss.start();
  try {
    await boss.deleteQueue(queue);
    await boss.createQueue(queue);
    for (let at = 0; at < jobs; at += queuedAtOnce)
      await boss.insert(
        queue,
        Array.from({ length: Math.min(queuedAtOnce, jobs - at) }, (_, n) => ({
          data: { n: at + n },
        })),
      );
    await boss.getDb().executeSql('vacuum analyze pgboss.job');
    const beganMs = performance.now();
    let claimed = 0;
    const claimer = async (): Promise<void> => {
      for (let isFull = true; isFull;) {
        const fetched = await boss.fetch(queue, { batchSize: batch });
        claimed += fetched.length;
        isFull = fetched.length === batch;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, claimer));
    const speed = perSecond(claimed, beganMs);
    if (claimed !== jobs) throw new Error(`pg-boss fetched ${claimed} of ${jobs} jobs.`);
    return speed;
  } finally {
    await boss.stop({ graceful: false });
  }
}
