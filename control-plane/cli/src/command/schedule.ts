import type { Command } from '../command.js';
import { CliFailure } from '../failure.js';
import { readSchedule, type Slot, type SyncSchedule } from '../schedule-operation.js';
import { firstOf, limitOf } from '../pages.js';
import { plural, table } from '../text.js';

/** The server counts no further ahead. */
const mostNext = 100;

export const schedule: Command = {
  usage: 'schedule <sync>',
  summary: 'when a sync runs next, and what became of the slots of the last week',
  example: 'drawbridge schedule customers-to-app --next 10',
  options: [
    ['--next <number>', 'so many next runs', '5'],
    ['--limit <number>', 'at most so many slots of the past', '20'],
  ],
  act: async ({ args: [name = ''], options }, context) => {
    const ask = context.ask();
    const next = limitOf(options.next);
    if (next > mostNext) throw new CliFailure('cli.usage', `--next is at most ${mostNext}.`, 2);
    let read: SyncSchedule | undefined;
    const slots = await firstOf(limitOf(options.limit), async (page) => {
      const { sync } = await ask(readSchedule, { sync: name, next, ...page });
      if (!sync) throw new CliFailure('sync.not_found', `There is no sync "${name}".`);
      read ??= sync;
      return sync.slots;
    });
    if (!read) throw new CliFailure('sync.not_found', `There is no sync "${name}".`);
    const { nextRuns, pausedAt } = read;
    const lines = [...nextLines(read), '', ...slotLines(slots)];
    return { json: { sync: name, pausedAt, nextRuns, slots }, lines };
  },
};

function nextLines({
  nextRuns,
  pausedAt,
  schedule: { after, when, manual },
}: SyncSchedule): string[] {
  if (pausedAt !== null) return [`Paused since ${pausedAt}: it starts no run by itself.`];
  if (nextRuns.length > 0) return ['NEXT', ...nextRuns];
  if (after !== null) return [`It runs after ${after} (${when}).`];
  return [manual ? 'It runs when somebody starts it.' : 'No next run is known.'];
}

function slotLines(slots: readonly Slot[]): string[] {
  if (slots.length === 0) return ['No slot of its schedule came in the last week.'];
  return table([['SLOT', 'OUTCOME', 'RUN', 'WHY'], ...slots.map(cellsOf)]);
}

const cellsOf = ({ at, slots, outcome, isMissed, runId, runState, why }: Slot): string[] => [
  slots > 1 ? `${at} (${plural(slots, 'slot')})` : at,
  isMissed ? `${outcome}, missed` : outcome,
  runId === null ? '-' : `${runId} ${runState ?? '(forgotten)'}`,
  why ?? '-',
];
