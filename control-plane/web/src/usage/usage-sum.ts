/** What the page shows of a sum. */
export interface UsageSum {
  runs: number;
  failed: number;
  bucketBytes: number;
  rows: {
    queried: number;
    sent: number;
    rejected: number;
    withheld: number;
    pending: number;
    uncertain: number;
  };
}

/** Operations that were planned and did not arrive, or may not have. */
export const unsentOf = ({ rows }: UsageSum): number =>
  rows.rejected + rows.withheld + rows.pending + rows.uncertain;
