import type { Command, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import { readWorkspace, updateWorkspace, type Workspace } from '../operation.js';
import { table } from '../text.js';

export const workspace: Command = {
  usage: 'workspace',
  summary: 'its settings; with options, change them',
  example: 'drawbridge workspace --retention-days 90',
  moreExamples: ['drawbridge workspace --max-runs none'],
  options: [
    ['--name <name>', 'another name'],
    ['--retention-days <days>', 'keep runs that are over so long; older ones are removed'],
    ['--audit-retention-days <days>', 'keep the audit log so long; at least 366'],
    ['--max-runs <number>', 'agents hold so many runs at once; none: no limit'],
  ],
  act: async ({ options }, context) => {
    const input = inputOf(options);
    const ask = context.ask();
    const found =
      Object.keys(input).length === 0
        ? (await ask(readWorkspace, {})).workspace
        : (await ask(updateWorkspace, { input })).updateWorkspace.workspace;
    return { json: found, lines: linesOf(found) };
  },
};

function inputOf(options: Given['options']): Partial<Omit<Workspace, 'id'>> {
  const { name, retentionDays, auditRetentionDays, maxRuns } = options;
  return {
    ...(typeof name === 'string' && { name }),
    ...(retentionDays !== undefined && {
      retentionDays: wholeIn('--retention-days', retentionDays),
    }),
    ...(auditRetentionDays !== undefined && {
      auditRetentionDays: wholeIn('--audit-retention-days', auditRetentionDays),
    }),
    ...(maxRuns !== undefined && {
      maxLeasedRuns: maxRuns === 'none' ? null : wholeIn('--max-runs', maxRuns),
    }),
  };
}

function wholeIn(option: string, given: string | boolean): number {
  if (/^\d{1,9}$/.test(String(given))) return Number(given);
  throw new CliFailure('cli.usage', `${option} is a whole number.`, 2);
}

const linesOf = ({ id, name, retentionDays, auditRetentionDays, maxLeasedRuns }: Workspace) =>
  table([
    ['workspace', name],
    ['id', id],
    ['runs are kept', `${retentionDays} days`],
    ['audit log is kept', `${auditRetentionDays} days`],
    ['runs at once', maxLeasedRuns === null ? 'as agents have room' : String(maxLeasedRuns)],
  ]);
