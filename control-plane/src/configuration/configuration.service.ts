import { formatSpecification, parseSpecification, type Parsed } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { AgentCheck } from './agent-check.js';
import { channelProblems } from './channel-problems.js';
import { ConfigurationEditor, type Edited, type Next } from './configuration-editor.js';
import type { ApplyConfigurationInput, ConfigurationFile } from './configuration.model.js';
import { storedSpecification } from './stored.js';

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

  apply(caller: Caller, input: ApplyConfigurationInput): Promise<Edited> {
    const { files, expectedVersion, dryRun } = input;
    const parsed = parseSpecification(files);
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
