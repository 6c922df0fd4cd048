import type {
  AnyTarget,
  OperationKind,
  PlannedRows,
  TargetRequest,
} from '../connector/destination.js';
import { Failure } from '../failure.js';
import type { Change, Mapping } from './mapping.js';
import { constantText, constantType } from './mapping.js';
import { patiently } from './patiently.js';
import type { SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';

/** Looks at the sync's object, and opens it for writing; in the name of this attempt, unless of another `epoch`. */
export async function openTarget(
  { request, tools, startedAt }: { request: SyncRequest; tools: SyncTools; startedAt: Date },
  mapping: Mapping,
  epoch: bigint | string = tools.lease.epoch,
): Promise<AnyTarget> {
  const lastCheck = (): void => tools.lease.assertTrusted();
  const { syncName, runId } = request;
  const naming = { syncName, startedAt, attempt: `${runId}.${epoch}` };
  return tools.destination.open(
    { ...requestOf(request, mapping), naming, lastCheck },
    tools.signal,
  );
}

/** What takes the operations of a plan, now that it is known how many there are. */
export async function begun(
  target: AnyTarget,
  parts: readonly { change: Change; kind?: OperationKind | undefined; rows: number }[],
  tools: SyncTools,
): Promise<AnyTarget> {
  if (!target.begin) return target;
  const rowsOf = (change: Change): number =>
    parts.reduce((sum, part) => sum + (part.change === change && part.kind ? part.rows : 0), 0);
  const planned: PlannedRows = {
    added: rowsOf('added'),
    changed: rowsOf('changed'),
    removed: rowsOf('removed'),
  };
  return patiently(async () => (await target.begin?.(planned, tools.signal)) ?? target, tools);
}

function requestOf(request: SyncRequest, mapping: Mapping): Omit<TargetRequest, 'lastCheck'> {
  return {
    object: request.object,
    mode: request.mode,
    removal: request.onRemoved.action,
    key: mapping.key,
    fields: mapping.fields,
    set: request.onRemoved.set.map(({ field, value }) => {
      if (value.kind !== 'constant')
        throw new Failure('CONFIG', 'mapping.set_constant', 'onRemoved.set takes constants only.');
      const { constant } = value;
      return { name: field, type: constantType(constant), text: constantText(constant) };
    }),
    options: request.options,
    tag: { workspaceId: request.workspaceId, syncId: request.syncId, runId: request.runId },
    forgets: request.snapshots === 'hashed',
  };
}
