import { parseSpecification, type Parsed, type SpecProblem } from '@drawbridge/proto';
import type { Answer, Command, Context } from '../command.js';
import { readDirectory } from '../directory.js';
import { plural, problemLine } from '../text.js';

export const validate: Command = {
  usage: 'validate <dir>',
  summary: 'find all problems of a configuration, without a server',
  example: 'drawbridge validate config/',
  act: async ({ args: [dir = ''] }, context) => {
    const { specification, problems } = parseDirectory(dir, context);
    if (!specification) return problemAnswer(problems, { valid: false, problems });
    const counts = {
      sources: Object.keys(specification.sources).length,
      destinations: Object.keys(specification.destinations).length,
      models: Object.keys(specification.models).length,
      syncs: Object.keys(specification.syncs).length,
    };
    const said = Object.entries(counts).map(([name, number]) => plural(number, name.slice(0, -1)));
    return {
      json: { valid: true, problems: [], ...counts },
      lines: [`${dir} is valid: ${said.join(', ')}.`],
    };
  },
};

export function parseDirectory(dir: string, { note }: Context): Parsed {
  return parseSpecification(readDirectory(dir, note));
}

export const problemAnswer = (problems: readonly SpecProblem[], json: unknown): Answer => ({
  json,
  lines: [...problems.map(problemLine), `${plural(problems.length, 'problem')}.`],
  exitCode: 1,
});
