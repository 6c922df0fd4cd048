import { count } from './count.js';
import { countNames, phaseNames, type Run, type RunError } from './operation.js';
import { changesText, heldLines } from './held-plan.js';
import { parkedLines } from './parked-run.js';
import { pausedLines } from './paused-run.js';
import { duration, plural } from './text.js';

/** 0: every row was sent or unchanged. 3: some were not, or it waits for a person. 1: the run failed or was cancelled. */
export function exitCodeOf({ state, counts, dryRun }: Run): number {
  if (state === 'failed' || state === 'cancelled') return 1;
  // A dry run leaves everything unsent on purpose.
  if (dryRun) return 0;
  const { invalid, rejected, withheld, pending, uncertain } = counts;
  const isWhole = invalid + rejected + withheld + pending + uncertain === 0;
  return state === 'succeeded' && isWhole ? 0 : 3;
}

/** The document that scripts rely on; its keys only ever grow in number. */
export const runDocument = (run: Run): object => ({
  id: run.id,
  sync: run.sync,
  state: run.state,
  trigger: run.trigger,
  agent: run.agent,
  // Null: its agent had no policy file.
  policyDigest: run.policyDigest,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  phases: run.phases,
  counts: run.counts,
  errors: run.errors.map(errorDocument),
  baseline: run.baseline,
  failure: run.failure && errorDocument(run.failure),
  dryRun: run.dryRun,
  resumed: run.resumed,
  resentForMapping: run.resentForMapping,
  planDigest: run.planDigest,
  heldBy: run.heldBy,
  pausedBy: run.pausedBy,
  lapses: run.lapses,
});

const errorDocument = ({ code, vendorCode, count: number, errorId }: RunError): object => ({
  code,
  vendorCode,
  count: number,
  errorId,
});

export function runLines(run: Run): string[] {
  return [
    `${run.sync}  ${run.state.replaceAll('_', ' ')}${run.dryRun ? ' (dry run)' : ''}  ${run.id}`,
    ...heldLines(run),
    ...parkedLines(run),
    ...pausedLines(run),
    ...undoLines(run),
    ...canaryLines(run),
    ...countLines(run),
    ...moreLines(run),
    `  ${phaseNames.map((name) => `${name} ${duration(run.phases[`${name}Ms`])}`).join(', ')}`,
    ...[...(run.failure ? [run.failure] : []), ...run.errors].flatMap((error) =>
      errorLines(run.id, error),
    ),
  ];
}

/** How to go on from the dry run of an undo, with the very plan that it made. */
function undoLines({ sync, state, dryRun, counts, planDigest, options: { undo } }: Run): string[] {
  const isCounted = state === 'succeeded' || state === 'completed_with_errors';
  if (!undo || !dryRun || !isCounted || !planDigest) return [];
  return [
    `  Taking back the run ${undo}: ${changesText(counts)}.`,
    `  If that is right, do it with: drawbridge run ${sync} --undo ${undo} --plan ${planDigest}`,
  ];
}

/** A canary pauses its sync, unless it came to every row. */
function canaryLines({ sync, state, dryRun, counts, options, startedAt }: Run): string[] {
  const isCut = state === 'failed' || state === 'cancelled';
  const isEnded = isCut || state === 'succeeded' || state === 'completed_with_errors';
  const pauses = isEnded && (isCut || counts.pending > 0) && startedAt !== null;
  if (options.canary === null || dryRun || !pauses) return [];
  return [
    `  The sync is paused, so that you can look at what arrived. Its schedule starts no run.`,
    `  If it is right, go on with:   drawbridge resume ${sync}`,
    `  or send the rest at once with: drawbridge run ${sync}`,
  ];
}

/** What the counts do not say, where there is something to say. */
function moreLines({ resumed, resentForMapping }: Run): string[] {
  return [
    ...(resumed > 0
      ? [
          `  ${plural(resumed, 'operation')} had ended before the run was cut off, and went on from there`,
        ]
      : []),
    ...(resentForMapping > 0
      ? [`  ${plural(resentForMapping, 'unchanged row')} sent again because the mapping changed`]
      : []),
  ];
}

function countLines({ counts }: Run): string[] {
  const shown = countNames.map((name) => count(counts[name]));
  const width = Math.max(...shown.map(({ length }) => length));
  return countNames.map((name, index) => `  ${name.padEnd(11)}${shown[index]?.padStart(width)}`);
}

function errorLines(runId: string, error: RunError): string[] {
  const { code, vendorCode, count: number, errorId, title, advice } = error;
  const said = [code, vendorCode && `(${vendorCode})`, number > 0 && `× ${count(number)}`];
  const line = `  ${said.filter(Boolean).join(' ')}`;
  const help = [title, advice].filter(Boolean).join(': ');
  return [
    line,
    ...(help ? [`    ${help}`] : []),
    ...(errorId
      ? [`    The full text is in your bucket: v1/ws=*/sync=*/run=${runId}/errors/${errorId}.json`]
      : []),
  ];
}
