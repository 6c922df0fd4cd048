// The agent's side of the benchmark, in a process of its own: runs one sync, tells how it went, and ends.
import { systemClock } from '../../clock.js';
import { readSettings } from '../../connector/settings.js';
import salesforce from '../../destination/salesforce/index.js';
import postgres from '../../source/postgres/index.js';
import { openS3Store } from '../../store/s3.js';
import { Limiter } from '../../sync/limiter.js';
import { openEngine } from '../engine.js';
import type { SalesforceDone, SalesforceJob } from './salesforce-job.js';

process.once('message', (job) => void run(job as SalesforceJob));

async function run({
  source,
  destination,
  bucketUrl,
  request,
  epoch,
}: SalesforceJob): Promise<void> {
  const at = { bucket: 'drawbridge', prefix: 'bench', endpoint: bucketUrl, region: 'us-east-1' };
  const store = openS3Store(at);
  const parts = {
    source: postgres.open({
      settings: readSettings(postgres.settings, source.settings),
      secrets: source.secrets,
    }),
    destination: salesforce.open({
      settings: readSettings(salesforce.settings, destination.settings),
      secrets: { privateKey: undefined, passphrase: undefined, ...destination.secrets },
    }),
    store,
  };
  const engine = await openEngine(parts);
  const report = await engine.run(request, {
    clock: systemClock,
    limiter: new Limiter({ requestsPerSecond: 0, concurrency: 5 }, systemClock),
    lease: { epoch: BigInt(epoch), assertTrusted: () => undefined },
  });
  await engine.close();
  await Promise.all([parts.source.close(), parts.destination.close()]);
  store.close();
  const peakMiB = Math.ceil(process.resourceUsage().maxRSS / 1024);
  process.send!({ report, peakMiB } satisfies SalesforceDone);
  process.disconnect();
}
