import type { RawSettings } from '../../connector/settings.js';
import type { SyncReport, SyncRequest } from '../../sync/sync-request.js';

/** What the agent's process of the benchmark is told to run. */
export interface SalesforceJob {
  source: { settings: RawSettings; secrets: { password: string } };
  destination: { settings: RawSettings; secrets: { clientSecret: string } };
  bucketUrl: string;
  request: Partial<SyncRequest>;
  epoch: number;
}

export interface SalesforceDone {
  report: SyncReport;
  peakMiB: number;
}
