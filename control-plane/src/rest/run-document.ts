import { countNames, phaseNames } from '../run/run-report.js';
import type { RunError } from '../run/run.model.js';
import type { ShownRun } from '../run/run-of.js';
import { isOver, type RunState } from '../run/run-state.js';

/** With what can be done about its problems. */
export interface ExplainedRun {
  run: ShownRun;
  errors: RunError[];
  failure: RunError | null;
}

/** A run as REST shows it: the schema `Run`, whose keys only ever grow in number. */
export const runDocument = ({ run, errors, failure }: ExplainedRun): object => ({
  id: run.id,
  sync: run.sync,
  state: run.state,
  isOver: isOver(run.state as RunState),
  trigger: run.trigger,
  agent: run.agent,
  dryRun: run.dryRun,
  createdAt: run.createdAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  waitingSince: run.waitingSince,
  heldBy: run.heldBy,
  planDigest: run.planDigest,
  policyDigest: run.policyDigest,
  phases: Object.fromEntries(phaseNames.map((name) => [`${name}Ms`, run.phases[`${name}Ms`]])),
  counts: Object.fromEntries(countNames.map((name) => [name, run.counts[name]])),
  errors,
  failure,
  baseline: run.baseline,
});
