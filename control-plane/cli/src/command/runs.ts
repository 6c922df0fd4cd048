import type { Command } from '../command.js';
import { count } from '../count.js';
import { listRuns, type Run } from '../operation.js';
import { firstOf, limitOf } from '../pages.js';
import { filterOptions, runFilterOf } from '../run-filter.js';
import { runDocument } from '../run-report.js';
import { table } from '../text.js';

export const runs: Command = {
  usage: 'runs [sync]',
  summary: 'list runs, newest first',
  example: 'drawbridge runs customers-to-app --limit 5',
  moreExamples: ['drawbridge runs --state failed,parked --since 2026-11-25'],
  options: [['--limit <number>', 'at most so many', '20'], ...filterOptions],
  act: async ({ args: [sync], options }, context) => {
    const filter = runFilterOf(options);
    const ask = context.ask();
    const found = await firstOf(
      limitOf(options.limit),
      async (page) => (await ask(listRuns, { sync: sync ?? null, filter, ...page })).runs,
    );
    return {
      json: { runs: found.map(runDocument) },
      lines: found.length > 0 ? table([heading, ...found.map(cellsOf)]) : ['No runs yet.'],
    };
  },
};

const heading = [
  'RUN',
  'SYNC',
  'STATE',
  'STARTED',
  'ADDED',
  'CHANGED',
  'REMOVED',
  'SENT',
  'REJECTED',
];

const cellsOf = ({ id, sync, state, createdAt, startedAt, counts }: Run): string[] => [
  id,
  sync,
  state,
  startedAt ?? createdAt,
  ...[counts.added, counts.changed, counts.removed, counts.sent, counts.rejected].map(count),
];
