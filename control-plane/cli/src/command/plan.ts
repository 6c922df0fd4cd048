import { parseSpecification } from '@drawbridge/proto';
import type { Answer, Command, Context } from '../command.js';
import { readDirectory } from '../directory.js';
import { applyConfiguration, type Applied } from '../configuration-operation.js';
import { changeLines, plural } from '../text.js';
import { optionalVersion } from '../version-number.js';
import { problemAnswer } from './validate.js';

export const plan: Command = {
  usage: 'plan <dir>',
  summary: 'show what applying a configuration would change',
  example: 'drawbridge plan config/',
  act: async ({ args: [dir = ''] }, context) =>
    answerOf(await compare(dir, context, { dryRun: true, expectedVersion: null })),
};

export const apply: Command = {
  usage: 'apply <dir>',
  summary: 'make the workspace what a configuration says, all or nothing',
  example: 'drawbridge apply config/',
  moreExamples: ['drawbridge apply config/ --if-version 12'],
  options: [
    [
      '--if-version <number>',
      'only if the workspace is still at this version, as plan --json said',
    ],
  ],
  act: async ({ args: [dir = ''], options }, context) => {
    const expectedVersion = optionalVersion(options['ifVersion']);
    return answerOf(await compare(dir, context, { dryRun: false, expectedVersion }));
  },
};

/** What can be seen from here is said without asking; the server has the last word. */
async function compare(
  dir: string,
  context: Context,
  how: { dryRun: boolean; expectedVersion: number | null },
): Promise<Applied> {
  const files = readDirectory(dir, context.note);
  const { problems } = parseSpecification(files);
  if (problems.length > 0) return { applied: false, problems, changes: [], version: null };
  const asked = await context.ask()(applyConfiguration, { input: { files, ...how } });
  return asked.applyConfiguration;
}

export function answerOf(result: Applied): Answer {
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
