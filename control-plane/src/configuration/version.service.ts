import {
  changesBetween,
  formatSpecification,
  parseSpecification,
  type SpecificationChange,
} from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { AgentCheck } from './agent-check.js';
import {
  ConfigurationEditor,
  type EditGround,
  type Edited,
  type Next,
} from './configuration-editor.js';
import { touchedParts } from './touched.js';
import type { ConfigurationVersion, RestoreConfigurationInput } from './version.model.js';
import { currentVersion, editedBetween, withoutEdits } from './version-row.js';

/** What the configuration was: listed, compared, and brought back as one more change. */
@Injectable()
export class VersionService {
  constructor(
    private readonly database: Database,
    private readonly editor: ConfigurationEditor,
    private readonly agents: AgentCheck,
  ) {}

  /** Newest first. */
  async page({ workspaceId }: Caller, request: PageRequest): Promise<Page<ConfigurationVersion>> {
    const size = pageSize(request);
    const versions = await this.database.of(workspaceId).configurationVersion.findMany({
      where: { workspaceId, ...(request.after && { number: { lt: numberIn(request.after) } }) },
      orderBy: { number: 'desc' },
      take: size + 1,
    });
    return pageOf(versions, size, ({ number }) => cursorOf([String(number)]));
  }

  /** From one version to another, older or newer; to the current one unless said. */
  async difference(
    { workspaceId }: Caller,
    from: number,
    to: number | undefined,
  ): Promise<SpecificationChange[]> {
    return this.database.of(workspaceId).$transaction(async (tx) => {
      const current = await currentVersion(tx, workspaceId);
      const target = to ?? current;
      [from, target].forEach((version) => requireVersion(version, current));
      const [after, upTo] = [Math.min(from, target), Math.max(from, target)];
      const edited = await editedBetween(tx, workspaceId, { after, upTo });
      return from <= target
        ? changesBetween(edited.before, edited.after)
        : changesBetween(edited.after, edited.before);
    });
  }

  /** Makes the workspace what it was at a version. What came between stays in the history. */
  restore(caller: Caller, input: RestoreConfigurationInput): Promise<Edited> {
    const { version, dryRun, expectedVersion } = input;
    return this.editor.edit(caller, {
      next: (ground) => this.restored(caller, version, ground),
      dryRun: dryRun ?? false,
      expectedVersion,
      restoredFrom: version,
    });
  }

  /** Judged as if somebody wrote it today: rules and agents may be others than they were. */
  private async restored(
    { workspaceId }: Caller,
    version: number,
    { tx, before }: EditGround,
  ): Promise<Next> {
    const current = await currentVersion(tx, workspaceId);
    requireVersion(version, current);
    const edited = await editedBetween(tx, workspaceId, { after: version, upTo: current });
    const specification = withoutEdits(before, edited);
    const part = touchedParts(before, specification).after;
    const read = parseSpecification(formatSpecification(part));
    const missing = await this.agents.problemsOf(workspaceId, part, { ...read, tx });
    const all = [...read.problems, ...missing];
    return all.length > 0 ? { problems: all } : { specification };
  }
}

function requireVersion(version: number, current: number): void {
  if (version >= 0 && version <= current) return;
  const message = `There is no version ${version} of the configuration. The newest is ${current}.`;
  throw new AppError('configuration.version_not_found', message);
}

function numberIn(cursor: string): number {
  const [text = ''] = placeOf(cursor, 1);
  if (!/^\d{1,9}$/.test(text)) throw badCursor();
  return Number(text);
}
