import { setImmediate } from 'node:timers/promises';
import {
  eachComparison,
  type Specification,
  type SpecificationChange,
  type SpecProblem,
} from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService, type Deed } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { RunQueueService, type StoppedRun } from '../job/run-queue.service.js';
import { withResentRows, type CountedChange } from './resent-rows.js';
import { storedSpecification } from './stored.js';
import { entryChanges, touchedParts } from './touched.js';
import { currentVersion, writeVersion } from './version-row.js';
import { writeSpecification } from './write.js';

/** A large configuration takes its time, and another one may be ahead in the queue. */
const patience = { maxWait: 10_000, timeout: 60_000 };

/** Entries that are compared before anybody else has a turn. */
const atOnce = 100;

/** A change of the configuration, whatever asks for it. */
export interface Edit {
  /** What the workspace is to become, from what it is: a problem or an error lets it be. */
  next(ground: EditGround): Promise<Next> | Next;
  /** Says what would change, and changes nothing. */
  dryRun: boolean;
  /** Refuse when somebody has changed it since. */
  expectedVersion?: number | null | undefined;
  /** The version that it goes back to. */
  restoredFrom?: number;
}

/** The configuration as it is, held until the transaction ends. */
export interface EditGround {
  tx: Transaction;
  before: Specification;
}

export type Next = { specification: Specification } | { problems: SpecProblem[] };

export interface Edited {
  applied: boolean;
  problems: SpecProblem[];
  changes: CountedChange[];
  /** As it is now. */
  version: number;
}

/**
 * The one way in which a configuration changes: one after the other in a workspace, all of an edit or nothing, with a
 * version and an entry of the audit log for each line of it, and runs that it ends.
 */
@Injectable()
export class ConfigurationEditor {
  constructor(
    private readonly database: Database,
    private readonly runs: RunQueueService,
  ) {}

  async edit(caller: Caller, edit: Edit): Promise<Edited> {
    const { stopped, ...edited } = await this.database
      .of(caller.workspaceId)
      .$transaction((tx) => this.replace(tx, caller, edit), patience);
    await this.runs.announceStop(stopped);
    return edited;
  }

  private async replace(
    tx: Transaction,
    caller: Caller,
    edit: Edit,
  ): Promise<Edited & { stopped: StoppedRun[] }> {
    const { workspaceId } = caller;
    await lockConfiguration(tx, workspaceId);
    const version = await currentVersion(tx, workspaceId);
    refuseChanged(edit, version);
    const before = await storedSpecification(tx, workspaceId);
    const next = await edit.next({ tx, before });
    const nothing = { applied: false, problems: [], changes: [], stopped: [], version };
    if ('problems' in next) return { ...nothing, problems: next.problems };
    const after = next.specification;
    const changes = await withResentRows(tx, workspaceId, await changesIn(before, after));
    if (edit.dryRun) return { ...nothing, changes };
    return {
      ...nothing,
      applied: true,
      changes,
      stopped: await this.write(tx, workspaceId, { before, after }),
      version: await this.record(tx, caller, { edit, before, after, version, changes }),
    };
  }

  private async write(
    tx: Transaction,
    workspaceId: string,
    { before, after }: Change,
  ): Promise<StoppedRun[]> {
    const touched = touchedParts(before, after);
    const { removed, renewed } = await writeSpecification({ tx, workspaceId, ...touched });
    return [
      ...(await this.runs.cancelLive(tx, removed)),
      ...(await this.runs.dropWaiting(tx, renewed)),
    ];
  }

  private async record(
    tx: Transaction,
    caller: Caller,
    { edit, before, after, version, changes }: Recorded,
  ): Promise<number> {
    const edits = entryChanges(before, after);
    if (edits.length === 0) return version;
    const { restoredFrom } = edit;
    const number = await writeVersion(tx, caller, { changes: edits, restoredFrom });
    await AuditService.recordAll(tx, caller, changes.map(deedOf));
    return number;
  }
}

interface Change {
  before: Specification;
  after: Specification;
}

interface Recorded extends Change {
  edit: Edit;
  version: number;
  changes: readonly CountedChange[];
}

async function changesIn(
  before: Specification,
  after: Specification,
): Promise<SpecificationChange[]> {
  const changes: SpecificationChange[] = [];
  let compared = 0;
  for (const change of eachComparison(before, after)) {
    if (change) changes.push(change);
    compared += 1;
    if (compared % atOnce === 0) await setImmediate();
  }
  return changes;
}

const deedOf = ({ kind, name, action, difference }: CountedChange): Deed => ({
  action: `configuration.${action}`,
  subject: { kind, name },
  before: { lines: difference.filter((line) => line.startsWith('-')) },
  after: { lines: difference.filter((line) => line.startsWith('+')) },
});

/** One at a time in a workspace, while its runs go on: this lock keeps nobody from pointing at the workspace. */
async function lockConfiguration(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.$queryRaw`select id from "Workspace" where id = ${workspaceId}::uuid for no key update`;
}

function refuseChanged({ expectedVersion }: Edit, version: number): void {
  if (expectedVersion === undefined || expectedVersion === null || expectedVersion === version)
    return;
  throw new AppError(
    'configuration.changed',
    `The configuration is at version ${version} by now, not ${expectedVersion}. Look at what changed, then try again.`,
  );
}
