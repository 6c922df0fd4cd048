import type { Ask } from '../api.js';
import type { Command } from '../command.js';
import { count } from '../count.js';
import { CliFailure } from '../failure.js';
import { listRuns, type Run } from '../operation.js';
import { runDocument } from '../run-report.js';
import { table } from '../text.js';

/** The server gives at most so many at once. */
const pageSize = 100;

export const runs: Command = {
  usage: 'runs [sync]',
  summary: 'list runs, newest first',
  example: 'drawbridge runs customers-to-app --limit 5',
  options: [['--limit <number>', 'at most so many', '20']],
  act: async ({ args: [sync], options }, context) => {
    const found = await newest(context.ask(), sync ?? null, limitOf(options.limit));
    return {
      json: { runs: found.map(runDocument) },
      lines: found.length > 0 ? table([heading, ...found.map(cellsOf)]) : ['No runs yet.'],
    };
  },
};

function limitOf(given: string | boolean | undefined): number {
  const limit = Number(given);
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit;
  throw new CliFailure('cli.usage', '--limit is a whole number from 1 to 10000.', 2);
}

async function newest(ask: Ask, sync: string | null, limit: number): Promise<Run[]> {
  const found: Run[] = [];
  for (let after: string | null = null; found.length < limit;) {
    const first = Math.min(pageSize, limit - found.length);
    const { runs: page }: Awaited<ReturnType<typeof askPage>> = await askPage(ask, {
      sync,
      first,
      after,
    });
    found.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return found;
}

const askPage = (
  ask: Ask,
  variables: { sync: string | null; first: number; after: string | null },
) => ask(listRuns, variables);

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
