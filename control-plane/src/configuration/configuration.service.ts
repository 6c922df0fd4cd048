import { formatSpecification, parseSpecification, sections, type Parsed } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { AgentCheck } from './agent-check.js';
import { channelProblems } from './channel-problems.js';
import { ConfigurationEditor, type Edited, type Next } from './configuration-editor.js';
import type { ApplyConfigurationInput, ConfigurationFile } from './configuration.model.js';
import { storedSpecification } from './stored.js';

/** Of all files together. To read them takes about two seconds a MiB, in which nothing else is done. */
const maxBytes = 4 * 1_024 * 1_024;
/** Sources, destinations, models, syncs and alerts together. */
const maxEntries = 20_000;

/** Configuration as code: what the files say becomes what the workspace is, all of it or nothing. */
@Injectable()
export class ConfigurationService {
  constructor(
    private readonly database: Database,
    private readonly editor: ConfigurationEditor,
    private readonly agents: AgentCheck,
  ) {}

  async export({ workspaceId }: Caller): Promise<ConfigurationFile[]> {
    const stored = await this.database.of(workspaceId).$transaction(
      (tx) => storedSpecification(tx, workspaceId),
      // The sections as they were at one moment.
      { isolationLevel: 'RepeatableRead' },
    );
    return formatSpecification(stored);
  }

  async apply(caller: Caller, input: ApplyConfigurationInput): Promise<Edited> {
    const { files, expectedVersion, dryRun } = input;
    refuseTooLong(files);
    const parsed = parseSpecification(files);
    refuseTooMany(parsed);
    return this.editor.edit(caller, {
      next: ({ tx }) => this.checked(tx, caller, parsed),
      dryRun: dryRun ?? false,
      expectedVersion,
    });
  }

  private async checked(
    tx: Transaction,
    { workspaceId }: Caller,
    { specification, problems, placeOf }: Parsed,
  ): Promise<Next> {
    if (!specification) return { problems };
    const missing = [
      ...(await this.agents.problemsOf(workspaceId, specification, { placeOf, tx })),
      ...(await channelProblems(tx, workspaceId, { specification, placeOf })),
    ];
    return missing.length > 0 ? { problems: missing } : { specification };
  }
}

/** Before anything is read. */
function refuseTooLong(files: readonly ConfigurationFile[]): void {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes <= maxBytes) return;
  throw new AppError(
    'configuration.too_large',
    `The files have ${bytes} bytes, and a configuration at most ${maxBytes}. Divide it among several workspaces.`,
  );
}

function refuseTooMany({ specification }: Parsed): void {
  if (!specification) return;
  const entries = sections.reduce((sum, name) => sum + Object.keys(specification[name]).length, 0);
  if (entries <= maxEntries) return;
  throw new AppError(
    'configuration.too_large',
    `The files have ${entries} entries, and a configuration at most ${maxEntries}. Divide it among several workspaces.`,
  );
}
