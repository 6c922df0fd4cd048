import {
  catalogProblems,
  changesBetween,
  formatSpecification,
  parseSpecification,
  type Catalog,
  type Parsed,
  type Specification,
  type SpecProblem,
} from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { Database, type Transaction } from '../database/database.js';
import { RunQueueService, type StoppedRun } from '../job/run-queue.service.js';
import type {
  ApplyConfigurationInput,
  ApplyConfigurationPayload,
  ConfigurationFile,
} from './configuration.model.js';
import { offerProblems } from './offer-problems.js';
import { storedSpecification } from './stored.js';
import { withResentRows } from './resent-rows.js';
import { writeSpecification } from './write.js';

/** A large configuration takes its time, and another one may be ahead in the queue. */
const patience = { maxWait: 10_000, timeout: 60_000 };

/** Configuration as code: what the files say becomes what the workspace is, all of it or nothing. */
@Injectable()
export class ConfigurationService {
  constructor(
    private readonly database: Database,
    private readonly catalog: CatalogService,
    private readonly runs: RunQueueService,
  ) {}

  async export({ workspaceId }: Caller): Promise<ConfigurationFile[]> {
    const stored = await this.database.$transaction(
      (tx) => storedSpecification(tx, workspaceId),
      // The four sections as they were at one moment.
      { isolationLevel: 'RepeatableRead' },
    );
    return formatSpecification(stored);
  }

  async apply(caller: Caller, input: ApplyConfigurationInput): Promise<ApplyConfigurationPayload> {
    const parsed = parseSpecification(input.files);
    const { specification } = parsed;
    if (!specification) return refused(parsed.problems);
    const problems = await this.problemsOf(caller, specification, parsed);
    if (problems.length > 0) return refused(problems);
    const { stopped, ...payload } = await this.database.$transaction(
      (tx) => this.replace(tx, caller, specification, input.dryRun ?? false),
      patience,
    );
    await this.runs.announceStop(stopped);
    return payload;
  }

  private async problemsOf(
    { workspaceId }: Caller,
    specification: Specification,
    { placeOf }: Parsed,
  ): Promise<SpecProblem[]> {
    const connections = [specification.sources, specification.destinations].flatMap(Object.values);
    const pools = new Set<string>(connections.map(({ pool }) => pool));
    const catalogs = new Map<string, Catalog>();
    for (const pool of pools) {
      const catalog = await this.catalog.catalogOf(workspaceId, pool);
      if (catalog) catalogs.set(pool, catalog);
    }
    const catalogOf = (pool: string): Catalog | undefined => catalogs.get(pool);
    return [
      ...catalogProblems(specification, { catalogOf, placeOf }),
      ...offerProblems(specification, placeOf),
    ];
  }

  private async replace(
    tx: Transaction,
    caller: Caller,
    specification: Specification,
    dryRun: boolean,
  ): Promise<ApplyConfigurationPayload & { stopped: StoppedRun[] }> {
    const { workspaceId } = caller;
    await lockConfiguration(tx, workspaceId);
    const before = await storedSpecification(tx, workspaceId);
    const changed = changesBetween(before, specification);
    const changes = await withResentRows(tx, workspaceId, changed);
    if (dryRun) return { applied: false, problems: [], changes, stopped: [] };
    const writing = { tx, workspaceId, before, after: specification };
    const { removed, renewed } = await writeSpecification(writing);
    const stopped = [
      ...(await this.runs.cancelLive(tx, removed)),
      ...(await this.runs.dropWaiting(tx, renewed)),
    ];
    for (const { kind, name, action, difference } of changes)
      await AuditService.record(tx, caller, {
        action: `configuration.${action}`,
        subject: { kind, name },
        before: { lines: difference.filter((line) => line.startsWith('-')) },
        after: { lines: difference.filter((line) => line.startsWith('+')) },
      });
    return { applied: true, problems: [], changes, stopped };
  }
}

const refused = (problems: SpecProblem[]): ApplyConfigurationPayload => ({
  applied: false,
  problems,
  changes: [],
});

/** One at a time in a workspace, while its runs go on: this lock keeps nobody from pointing at the workspace. */
async function lockConfiguration(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.$queryRaw`select id from "Workspace" where id = ${workspaceId}::uuid for no key update`;
}
