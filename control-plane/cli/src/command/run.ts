import type { Answer, Command } from '../command.js';
import { changesText } from '../held-plan.js';
import { approveRun, cancelRun, oneRun, releaseRun, startRun, type Run } from '../operation.js';
import { exitCodeOf, runDocument, runLines } from '../run-report.js';
import { startInput } from '../run-options.js';
import { foundRun, isOver, waitFor } from '../wait.js';

const waitOption = [
  '--wait',
  'wait for the end: 0 all sent, 3 some not or it waits for a person, 1 failed or cancelled',
] as const;

export const run: Command = {
  usage: 'run <sync>',
  summary: 'start a run of a sync',
  example: 'drawbridge run customers-to-app --wait',
  moreExamples: [
    'drawbridge run customers-to-app --dry-run --wait',
    'drawbridge run customers-to-app --canary 100',
    'drawbridge run customers-to-app --only rejected',
    'drawbridge run customers-to-app --verify',
    'drawbridge run customers-to-app --full --dry-run',
    'drawbridge run customers-to-app --rebaseline',
    'drawbridge run customers-to-app --accept-types',
    'drawbridge run customers-to-app --backfill --canary 100',
    'drawbridge run customers-to-app --from-now-on',
    'drawbridge run customers-to-app --undo 7c9e6679-7425-40de-944b-e07fc1f90ae7 --dry-run',
    'drawbridge run customers-to-app --undo 7c9e6679-7425-40de-944b-e07fc1f90ae7 --plan "$DIGEST"',
  ],
  options: [
    [
      '--full',
      'send every row again, not only what changed (create and append: only rows not sent yet)',
    ],
    ['--rebaseline', "take the query's rows as sent, and send nothing"],
    ['--dry-run', 'stop after the plan: count, and send nothing'],
    ['--verify', 'compare every value, not only fingerprints'],
    ['--canary <number>', 'send so many operations, then pause the sync until you resume it'],
    ['--only <rows>', 'rejected: send only rows that an earlier run was refused'],
    ['--undo <run>', 'take back what that run sent; --dry-run comes first, and counts'],
    ['--plan <digest>', 'with --undo: only if this is the plan that its dry run made'],
    ['--accept-types', 'take columns whose type changed as they are, and send nothing for it'],
    ['--backfill', 'the mapping changed: send every current row again'],
    [
      '--from-now-on',
      'the mapping changed: send only what changes from now on (later, only --full sends the rest)',
    ],
    waitOption,
  ],
  act: async ({ args: [sync = ''], options }, context) => {
    const input = startInput(sync, options);
    const ask = context.ask();
    const started = (await ask(startRun, { input })).startRun.run;
    if (options.wait === true) return endAnswer(await waitFor(started, ask, context));
    const line = `Run ${started.id} is ${started.state}. Follow it with: drawbridge show ${started.id}`;
    return { json: runDocument(started), lines: [line] };
  },
};

export const approve: Command = {
  usage: 'approve <run>',
  summary: 'let a plan go that a guard held, as it was when you looked',
  example: 'drawbridge approve 7c9e6679-7425-40de-944b-e07fc1f90ae7 --wait',
  options: [waitOption],
  act: async ({ args: [runId = ''], options }, context) => {
    const ask = context.ask();
    const seen = foundRun((await ask(oneRun, { id: runId })).run, runId);
    // The digest of what was counted here: a plan that replaces it meanwhile is not approved.
    const planDigest = seen.state === 'waiting_approval' ? seen.planDigest : null;
    const approved = (await ask(approveRun, { input: { runId, planDigest } })).approveRun.run;
    if (options.wait === true) return endAnswer(await waitFor(approved, ask, context));
    const what = planDigest === null ? ' before' : `: ${changesText(seen.counts, 'to be')}`;
    const line = `Approved${what}. Run ${runId} is ${approved.state.replaceAll('_', ' ')}.`;
    return { json: runDocument(approved), lines: [line] };
  },
};

export const release: Command = {
  usage: 'release <run>',
  summary: 'put a parked run back into the queue, with all its tries again',
  example: 'drawbridge release 7c9e6679-7425-40de-944b-e07fc1f90ae7 --wait',
  options: [waitOption],
  act: async ({ args: [id = ''], options }, context) => {
    const ask = context.ask();
    const released = (await ask(releaseRun, { input: { id } })).releaseRun.run;
    if (options.wait === true) return endAnswer(await waitFor(released, ask, context));
    const line = `Released. Run ${id} is ${released.state.replaceAll('_', ' ')}.`;
    return { json: runDocument(released), lines: [line] };
  },
};

export const show: Command = {
  usage: 'show <run>',
  summary: 'show one run',
  example: 'drawbridge show 7c9e6679-7425-40de-944b-e07fc1f90ae7 --json',
  act: async ({ args: [id = ''] }, context) =>
    runAnswer(foundRun((await context.ask()(oneRun, { id })).run, id)),
};

export const cancel: Command = {
  usage: 'cancel <run>',
  summary: 'stop a run at the next safe point',
  example: 'drawbridge cancel 7c9e6679-7425-40de-944b-e07fc1f90ae7',
  act: async ({ args: [id = ''] }, context) => {
    const { run: stopped } = (await context.ask()(cancelRun, { input: { id } })).cancelRun;
    return { json: runDocument(stopped), lines: [cancelText(stopped)] };
  },
};

function cancelText(asked: Run): string {
  const state = asked.state.replaceAll('_', ' ');
  if (asked.state === 'cancelled') return `Run ${asked.id} is cancelled.`;
  if (isOver(asked)) return `Run ${asked.id} was over before: ${state}.`;
  return `Run ${asked.id} is ${state} and was asked to stop.`;
}

const endAnswer = (ended: Run): Answer => ({ ...runAnswer(ended), exitCode: exitCodeOf(ended) });

const runAnswer = (shown: Run): Answer => ({ json: runDocument(shown), lines: runLines(shown) });
