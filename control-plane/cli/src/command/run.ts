import type { Answer, Command } from '../command.js';
import { cancelRun, oneRun, startRun, type Run } from '../operation.js';
import { exitCodeOf, runDocument, runLines } from '../run-report.js';
import { startInput } from '../run-options.js';
import { foundRun, waitFor } from '../wait.js';

export const run: Command = {
  usage: 'run <sync>',
  summary: 'start a run of a sync',
  example: 'drawbridge run customers-to-app --wait',
  options: [
    ['--full', 'send every row again, not only what changed'],
    ['--rebaseline', "take the query's rows as sent, and send nothing"],
    ['--dry-run', 'stop after the plan: count, and send nothing'],
    ['--verify', 'compare every value, not only fingerprints'],
    ['--canary <number>', 'send so many operations and leave the rest for the next run'],
    ['--only <rows>', 'rejected: send only rows that an earlier run was refused'],
    ['--undo <run>', 'take back what that run sent; look first with --dry-run'],
    ['--accept-types', 'take columns whose type changed as they are, and send nothing for it'],
    ['--backfill', 'the mapping changed: send every current row again'],
    ['--from-now-on', 'the mapping changed: send only what changes from now on'],
    ['--wait', 'wait for the end: 0 all sent, 3 some not, 1 failed or cancelled'],
  ],
  act: async ({ args: [sync = ''], options }, context) => {
    const input = startInput(sync, options);
    const ask = context.ask();
    const started = (await ask(startRun, { input })).startRun.run;
    if (options.wait !== true)
      return {
        json: runDocument(started),
        lines: [
          `Run ${started.id} is ${started.state}. Follow it with: drawbridge show ${started.id}`,
        ],
      };
    const ended = await waitFor(started, ask, context);
    return { ...runAnswer(ended), exitCode: exitCodeOf(ended) };
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
    const line =
      stopped.state === 'cancelled'
        ? `Run ${id} is cancelled.`
        : `Run ${id} is ${stopped.state} and was asked to stop.`;
    return { json: runDocument(stopped), lines: [line] };
  },
};

const runAnswer = (shown: Run): Answer => ({ json: runDocument(shown), lines: runLines(shown) });
