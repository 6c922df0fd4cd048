import type { Ask } from '../api.js';
import type { Answer, Command } from '../command.js';
import { CliFailure } from '../failure.js';
import {
  pauseDestination,
  pausePool,
  pauseSync,
  resumeDestination,
  resumePool,
  resumeSync,
} from '../pause-operation.js';

export const pause: Command = {
  usage: 'pause <what> [name]',
  summary: 'let nothing begin at a sync, a destination or a pool',
  example: 'drawbridge pause customers-to-app',
  moreExamples: ['drawbridge pause destination app-db', 'drawbridge pause pool default'],
  act: ({ args }, context) => {
    const { kind, name } = pausableOf('pause', args);
    return pauses[kind](name, context.ask());
  },
};

export const resume: Command = {
  usage: 'resume <what> [name]',
  summary: 'let a paused sync, destination or pool go on',
  example: 'drawbridge resume customers-to-app',
  moreExamples: ['drawbridge resume destination app-db', 'drawbridge resume pool default'],
  act: ({ args }, context) => {
    const { kind, name } = pausableOf('resume', args);
    return resumes[kind](name, context.ask());
  },
};

type Kind = 'sync' | 'destination' | 'pool';
type Move = (name: string, ask: Ask) => Promise<Answer>;

const pauses: Readonly<Record<Kind, Move>> = {
  async sync(sync, ask) {
    const paused = (await ask(pauseSync, { input: { sync } })).pauseSync.sync;
    const line = `The sync ${sync} is paused since ${paused.pausedAt}. Runs can be started by hand; resume it with: drawbridge resume ${sync}`;
    return { json: paused, lines: [line] };
  },
  async destination(destination, ask) {
    const asked = await ask(pauseDestination, { input: { destination } });
    const paused = asked.pauseDestination.destination;
    const line = `The destination ${destination} is paused since ${paused.pausedAt}. No run to it begins; resume it with: drawbridge resume destination ${destination}`;
    return { json: paused, lines: [line] };
  },
  async pool(pool, ask) {
    const paused = (await ask(pausePool, { input: { pool } })).pausePool.pool;
    const line = `The pool ${pool} is paused since ${paused.pausedAt}. Runs wait in its queue; resume it with: drawbridge resume pool ${pool}`;
    return { json: paused, lines: [line] };
  },
};

const resumes: Readonly<Record<Kind, Move>> = {
  async sync(sync, ask) {
    const resumed = (await ask(resumeSync, { input: { sync } })).resumeSync.sync;
    const next = resumed.nextRunAt ? ` Next run: ${resumed.nextRunAt}.` : ' It has no schedule.';
    return { json: resumed, lines: [`The sync ${sync} is not paused.${next}`] };
  },
  async destination(destination, ask) {
    const asked = await ask(resumeDestination, { input: { destination } });
    const line = `The destination ${destination} is not paused. Runs that waited for it begin.`;
    return { json: asked.resumeDestination.destination, lines: [line] };
  },
  async pool(pool, ask) {
    const asked = await ask(resumePool, { input: { pool } });
    const line = `The pool ${pool} is not paused. Runs that waited in its queue begin.`;
    return { json: asked.resumePool.pool, lines: [line] };
  },
};

/** A name alone is that of a sync, even one that is called `pool`. */
function pausableOf(verb: string, [what = '', name]: readonly string[]) {
  if (name === undefined) return { kind: 'sync' as const, name: what };
  const kind = (['sync', 'destination', 'pool'] as const).find((known) => known === what);
  if (kind) return { kind, name };
  throw new CliFailure(
    'cli.usage',
    `Write: drawbridge ${verb} SYNC, drawbridge ${verb} destination NAME, or drawbridge ${verb} pool NAME`,
    2,
  );
}
