import type { UsagePartsFragment } from '../api/generated/graphql.js';

/** What the page shows of a sum. */
export type UsageSum = UsagePartsFragment;

/** Operations that were planned and did not arrive, or may not have. */
export const unsentOf = ({ rows }: UsageSum): number =>
  rows.rejected + rows.withheld + rows.pending + rows.uncertain;
