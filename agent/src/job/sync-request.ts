import {
  Duplicates,
  EmptyResult,
  FirstRun,
  GuardAction,
  MappingChange,
  Mode,
  RemovalAction,
  Snapshots,
  Uncertain,
} from '@drawbridge/proto';
import type {
  Guard as WireGuard,
  Model as WireModel,
  RunOptions,
  SyncSpec,
} from '@drawbridge/proto';
import type { Duplicates as SyncDuplicates, Guard, SyncRequest } from '../sync/sync-request.js';
import { mappingOf } from './field-mapping.js';
import { incomplete, known } from './known.js';

/** What a sync asks for; where it says nothing of its first run, its object does as it does by itself. */
export type AskedSync = Omit<SyncRequest, 'firstRun'> & {
  firstRun: SyncRequest['firstRun'] | undefined;
};

/** The wire's specification in the engine's words. Throws CONFIG `spec.incomplete` where something is missing. */
export function syncRequestOf(
  spec: SyncSpec,
  run: { runId: string; options: RunOptions | undefined },
): AskedSync {
  const { model, destination, guards, onRemoved } = spec;
  if (!model || !destination || !guards || !onRemoved) throw incomplete();
  return {
    workspaceId: spec.workspaceId,
    syncId: spec.syncId,
    syncName: spec.name,
    runId: run.runId,
    version: spec.version,
    model: modelOf(model),
    destinationName: destination.name,
    object: spec.object,
    mode: known(modes[spec.mode]),
    onRemoved: {
      action: known(removals[onRemoved.action]),
      set: onRemoved.set.map(mappingOf),
    },
    key: spec.key.map(({ field, column }) => ({ field, column })),
    fields: spec.fields.map(mappingOf),
    firstRun: firstRunOf(spec.firstRun),
    guards: {
      ...(guards.added && { added: guardOf(guards.added) }),
      ...(guards.changed && { changed: guardOf(guards.changed) }),
      ...(guards.removed && { removed: guardOf(guards.removed) }),
      emptyResult: known(emptyResults[guards.emptyResult]),
    },
    uncertain: known(uncertains[spec.uncertain]),
    snapshots: known(snapshots[spec.snapshots]),
    quarantineAfter: spec.quarantineAfter,
    mappingChange: known(mappingChanges[spec.mappingChange]) ?? 'backfill',
    options: {},
    run: runOf(run.options),
  };
}

function runOf(options: RunOptions | undefined): SyncRequest['run'] {
  const { dryRun = false, full = false, rebaseline = false, verify = false } = options ?? {};
  return { dryRun, full, rebaseline, verify, ...(options && laterOptionsOf(options)) };
}

/** What a run may be asked for beside; a word that was left out is absent. */
function laterOptionsOf(options: RunOptions): Partial<SyncRequest['run']> {
  const { canary, onlyRejected, undoRunId, acceptTypes, approvedPlan, expectedPlan } = options;
  const mappingChange = known(mappingChanges[options.mappingChange]);
  if (mappingChange === 'stop') throw incomplete();
  return {
    ...(canary > 0n && { canary: Number(canary) }),
    ...(onlyRejected && { onlyRejected }),
    ...(undoRunId !== '' && { undo: undoRunId }),
    ...(acceptTypes && { acceptTypes }),
    ...(approvedPlan !== '' && { approvedPlan }),
    ...(expectedPlan !== '' && { expectedPlan }),
    ...(mappingChange && { mappingChange }),
  };
}

function modelOf({
  name,
  query,
  primaryKey,
  duplicates,
  orderBy,
}: WireModel): SyncRequest['model'] {
  const keep = known(keeps[duplicates]);
  const copies: SyncDuplicates =
    keep === 'first'
      ? { keep, orderBy: orderBy.map(({ column, descending }) => ({ column, descending })) }
      : { keep };
  return {
    name,
    query: queryOf(query),
    primaryKey,
    ...(keep !== 'none' && { duplicates: copies }),
  };
}

function queryOf(
  query: NonNullable<SyncSpec['model']>['query'],
): { sql: string } | { table: string } {
  switch (query.case) {
    case 'sql':
      return { sql: query.value };
    case 'table':
      return { table: query.value };
    case undefined:
      throw incomplete();
  }
}

function guardOf({ rows, percent, action }: WireGuard): Guard {
  return { rows: Number(rows), percent, action: known(guardActions[action]) };
}

const modes: Record<Mode, SyncRequest['mode'] | undefined> = {
  [Mode.UNSPECIFIED]: undefined,
  [Mode.UPSERT]: 'upsert',
  [Mode.UPDATE]: 'update',
  [Mode.CREATE]: 'create',
  [Mode.MIRROR]: 'mirror',
  [Mode.APPEND]: 'append',
  [Mode.REPLACE]: 'replace',
};

const removals: Record<RemovalAction, SyncRequest['onRemoved']['action'] | undefined> = {
  [RemovalAction.UNSPECIFIED]: undefined,
  [RemovalAction.NOTHING]: 'nothing',
  [RemovalAction.DELETE]: 'delete',
  [RemovalAction.ARCHIVE]: 'archive',
  [RemovalAction.CLEAR]: 'clear',
  [RemovalAction.SET]: 'set',
};

const firstRunOf = (wire: FirstRun): AskedSync['firstRun'] =>
  wire === FirstRun.UNSPECIFIED ? undefined : known(firstRuns[wire]);

const firstRuns: Record<Exclude<FirstRun, FirstRun.UNSPECIFIED>, SyncRequest['firstRun']> = {
  [FirstRun.SEND]: 'send',
  [FirstRun.BASELINE]: 'baseline',
};

const emptyResults: Record<EmptyResult, SyncRequest['guards']['emptyResult'] | undefined> = {
  [EmptyResult.UNSPECIFIED]: undefined,
  [EmptyResult.STOP]: 'stop',
  [EmptyResult.ALLOW]: 'allow',
};

const uncertains: Record<Uncertain, SyncRequest['uncertain'] | undefined> = {
  [Uncertain.UNSPECIFIED]: undefined,
  [Uncertain.HOLD]: 'hold',
  [Uncertain.RESEND]: 'resend',
};

const keeps: Record<Duplicates, SyncDuplicates['keep'] | undefined> = {
  [Duplicates.UNSPECIFIED]: 'none',
  [Duplicates.INVALID]: 'none',
  [Duplicates.FIRST]: 'first',
  [Duplicates.FAIL]: 'fail',
};

const snapshots: Record<Snapshots, SyncRequest['snapshots'] | undefined> = {
  [Snapshots.UNSPECIFIED]: 'full',
  [Snapshots.FULL]: 'full',
  [Snapshots.HASHED]: 'hashed',
};

/** `null`: nobody said. */
const mappingChanges: Record<MappingChange, SyncRequest['mappingChange'] | null | undefined> = {
  [MappingChange.UNSPECIFIED]: null,
  [MappingChange.BACKFILL]: 'backfill',
  [MappingChange.FROM_NOW_ON]: 'from-now-on',
  [MappingChange.STOP]: 'stop',
};

const guardActions: Record<GuardAction, Guard['action'] | undefined> = {
  [GuardAction.UNSPECIFIED]: undefined,
  [GuardAction.STOP]: 'stop',
  [GuardAction.WITHHOLD]: 'withhold',
  [GuardAction.APPROVE]: 'approve',
};
