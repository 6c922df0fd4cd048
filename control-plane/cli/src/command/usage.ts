import type { Command } from '../command.js';
import { count } from '../count.js';
import { CliFailure } from '../failure.js';
import { readUsage, type UsageSum } from '../operation.js';
import { table } from '../text.js';

export const usage: Command = {
  usage: 'usage',
  summary: 'runs and rows by day or by sync; counts only',
  example: 'drawbridge usage --from 2026-11-01 --by sync',
  options: [
    ['--from <day>', 'the first day, in UTC (default: 29 days before the last)'],
    ['--to <day>', 'the last day (default: today)'],
    ['--by <what>', 'day or sync', 'day'],
  ],
  act: async ({ options: { from, to, by } }, context) => {
    if (by !== 'day' && by !== 'sync') throw new CliFailure('cli.usage', '--by is day or sync.', 2);
    const filter = {
      ...(typeof from === 'string' && { from }),
      ...(typeof to === 'string' && { to }),
    };
    const { usage: found } = await context.ask()(readUsage, { filter });
    const rows =
      by === 'day'
        ? found.days.filter(({ sum }) => sum.runs > 0).map(({ day, sum }) => cellsOf(day, sum))
        : found.syncs.map(({ sync, sum }) => cellsOf(sync, sum));
    const lines = [heading(by), ...rows, cellsOf('in all', found.total)];
    return { json: found, lines: table(lines) };
  },
};

const heading = (by: string): string[] => [
  by.toUpperCase(),
  'RUNS',
  'FAILED',
  'QUERIED',
  'SENT',
  'REJECTED',
  'WITHHELD',
  'BUCKET BYTES',
];

const cellsOf = (name: string, { runs, failed, rows, bucketBytes }: UsageSum): string[] => [
  name,
  ...[runs, failed, rows.queried, rows.sent, rows.rejected, rows.withheld, bucketBytes].map(count),
];
