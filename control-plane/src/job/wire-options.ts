import { MappingChange, type MessageInitShape, type RunOptionsSchema } from '@drawbridge/proto';
import type { MappingChoice, RunOptions } from '../run/run-options.js';

/** What a run is asked for, in the wire's words; what it is not asked for is left out. */
export function wireOptions(options: RunOptions): MessageInitShape<typeof RunOptionsSchema> {
  const { dryRun, full, rebaseline, verify, canary, undo, mappingChange } = options;
  return {
    dryRun,
    full,
    rebaseline,
    verify,
    canary: BigInt(canary ?? 0),
    onlyRejected: options.onlyRejected ?? false,
    undoRunId: undo ?? '',
    acceptTypes: options.acceptTypes ?? false,
    approvedPlan: options.approvedPlan ?? '',
    expectedPlan: options.expectedPlan ?? '',
    mappingChange: mappingChange ? mappingChoices[mappingChange] : MappingChange.UNSPECIFIED,
  };
}

const mappingChoices: Record<MappingChoice, MappingChange> = {
  backfill: MappingChange.BACKFILL,
  'from-now-on': MappingChange.FROM_NOW_ON,
};
