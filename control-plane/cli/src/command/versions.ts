import type { Answer, Command, Context, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import {
  configurationDifference,
  listVersions,
  restoreConfiguration,
  type ConfigurationVersion,
} from '../configuration-operation.js';
import { firstOf, limitOf } from '../pages.js';
import { changeLines, table } from '../text.js';
import { versionOf } from '../version-number.js';
import { answerOf } from './plan.js';

export const versions: Command = {
  usage: 'versions [action] [from] [to]',
  summary: 'list what the configuration was, or what became different',
  example: 'drawbridge versions',
  moreExamples: ['drawbridge versions diff 11 12', 'drawbridge versions diff 11'],
  options: [['--limit <number>', 'list: at most so many', '20']],
  act: ({ args: [action = 'list', from, to], options }, context) => {
    if (action === 'list' && from === undefined) return list(options, context);
    if (action === 'diff' && from !== undefined) return diff(from, to, context);
    throw new CliFailure(
      'cli.usage',
      'Write: drawbridge versions, or drawbridge versions diff FROM [TO]',
      2,
    );
  },
};

export const restore: Command = {
  usage: 'restore <version>',
  summary: 'make the workspace what it was at a version, as one more change',
  example: 'drawbridge restore 11',
  moreExamples: ['drawbridge restore 11 --dry-run'],
  options: [['--dry-run', 'say what would change, and change nothing']],
  act: async ({ args: [version], options }, context) => {
    const input = { version: versionOf(version), dryRun: options.dryRun === true };
    return answerOf((await context.ask()(restoreConfiguration, { input })).restoreConfiguration);
  },
};

async function list(options: Given['options'], context: Context): Promise<Answer> {
  const ask = context.ask();
  const found = await firstOf(
    limitOf(options.limit),
    async (page) => (await ask(listVersions, page)).configurationVersions,
  );
  const none = ['No versions yet. The first apply makes one.'];
  return {
    json: { versions: found },
    lines: found.length > 0 ? table([heading, ...found.map(cellsOf)]) : none,
  };
}

async function diff(from: string, to: string | undefined, context: Context): Promise<Answer> {
  const variables = { from: versionOf(from), to: to === undefined ? null : versionOf(to) };
  const asked = await context.ask()(configurationDifference, variables);
  const changes = asked.configurationDifference;
  const lines = changes.length > 0 ? changeLines(changes) : ['Nothing is different.'];
  return { json: { ...variables, changes }, lines };
}

const heading = ['VERSION', 'CHANGED', 'BY', 'WITH', 'CHANGES', 'RESTORED FROM'];

const cellsOf = (version: ConfigurationVersion): string[] => [
  String(version.number),
  version.createdAt,
  version.actor,
  version.door,
  String(version.changes),
  version.restoredFrom === null ? '' : String(version.restoredFrom),
];
