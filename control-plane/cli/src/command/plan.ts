import { parseSpecification } from '@drawbridge/proto';
import type { Answer, Command, Context } from '../command.js';
import { readDirectory } from '../directory.js';
import { applyConfiguration, type Applied } from '../operation.js';
import { changeLines, plural } from '../text.js';
import { problemAnswer } from './validate.js';

export const plan: Command = {
  usage: 'plan <dir>',
  summary: 'show what applying a configuration would change',
  example: 'drawbridge plan config/',
  act: async ({ args: [dir = ''] }, context) => answerOf(await compare(dir, context, true)),
};

export const apply: Command = {
  usage: 'apply <dir>',
  summary: 'make the workspace what a configuration says, all or nothing',
  example: 'drawbridge apply config/',
  act: async ({ args: [dir = ''] }, context) => answerOf(await compare(dir, context, false)),
};

/** What can be seen from here is said without asking; the server has the last word. */
async function compare(dir: string, context: Context, dryRun: boolean): Promise<Applied> {
  const files = readDirectory(dir, context.note);
  const { problems } = parseSpecification(files);
  if (problems.length > 0) return { applied: false, problems, changes: [] };
  const asked = await context.ask()(applyConfiguration, { input: { files, dryRun } });
  return asked.applyConfiguration;
}

function answerOf(result: Applied): Answer {
  const { applied, problems, changes } = result;
  if (problems.length > 0) return problemAnswer(problems, result);
  return { json: result, lines: [...changeLines(changes), summaryOf(changes.length, applied)] };
}

function summaryOf(changes: number, applied: boolean): string {
  if (changes === 0) return 'Nothing to change.';
  return applied
    ? `${plural(changes, 'change')} applied.`
    : `${plural(changes, 'change')} to apply.`;
}
