import type { Answer, Command, Context } from '../command.js';
import type { Operation } from '../api.js';
import { pauseSync, resumeSync, type PausedSync } from '../operation.js';

export const pause: Command = {
  usage: 'pause <sync>',
  summary: 'let the schedule of a sync start no more runs',
  example: 'drawbridge pause customers-to-app',
  act: async ({ args: [sync = ''] }, context) => {
    const paused = (await moved(pauseSync, sync, context)).pauseSync.sync;
    const line = `The sync ${sync} is paused since ${paused.pausedAt}. Runs can be started by hand; resume it with: drawbridge resume ${sync}`;
    return answer(paused, line);
  },
};

export const resume: Command = {
  usage: 'resume <sync>',
  summary: 'let the schedule of a paused sync go on',
  example: 'drawbridge resume customers-to-app',
  act: async ({ args: [sync = ''] }, context) => {
    const resumed = (await moved(resumeSync, sync, context)).resumeSync.sync;
    const next = resumed.nextRunAt ? ` Next run: ${resumed.nextRunAt}.` : ' It has no schedule.';
    return answer(resumed, `The sync ${sync} is not paused.${next}`);
  },
};

const moved = <Data>(
  operation: Operation<Data, { input: { sync: string } }>,
  sync: string,
  context: Context,
): Promise<Data> => context.ask()(operation, { input: { sync } });

const answer = (sync: PausedSync, line: string): Answer => ({ json: sync, lines: [line] });
