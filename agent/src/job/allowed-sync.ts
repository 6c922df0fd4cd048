import type { DestinationDefinition } from '../connector/destination.js';
import type { SourceDefinition } from '../connector/source.js';
import type { DestinationRule, Operation, SourceRule } from '../policy/policy.js';
import { assertModel, assertWriting } from '../policy/verdict.js';
import { lookupsOf } from '../sync/lookups.js';
import { columnsRead } from '../sync/mapping.js';
import type { SyncRequest } from '../sync/sync-request.js';
import { removalOf } from '../sync/undo-log.js';

/** What the sync may do at most. Throws CONFIG `policy.…` for a sync that the policy forbids; without one, nothing is. */
export function allowed(
  request: SyncRequest,
  source: { definition: SourceDefinition; rule: SourceRule | undefined },
  destination: { definition: DestinationDefinition; rule: DestinationRule | undefined },
): SyncRequest {
  if (source.rule) {
    const { query, duplicates } = request.model;
    const order = duplicates?.keep === 'first' ? duplicates.orderBy : [];
    const columns = [...columnsRead(request), ...order.map(({ column }) => column)];
    assertModel(source.rule, { query, columns }, source.definition.judgesSql ?? false);
  }
  const { rule, definition } = destination;
  if (!rule) return request;
  assertWriting(rule, {
    objects: objectsOf(request, definition),
    operations: operationsOf(request),
  });
  const { maxRows, maxRemovedPercent } = rule;
  return {
    ...request,
    ceiling: {
      ...(maxRows !== undefined && { rows: maxRows }),
      ...(maxRemovedPercent !== undefined && { removedPercent: maxRemovedPercent }),
    },
  };
}

/** All that the sync writes to or looks into. */
function objectsOf(request: SyncRequest, { objects }: DestinationDefinition): string[] {
  const definition =
    objects.find(({ name }) => name === request.object) ?? objects.find(({ name }) => name === '*');
  const also = definition?.alsoIn?.(request.options) ?? [];
  return [request.object, ...also, ...lookupsOf(request.fields).map(({ object }) => object)];
}

/** All that a run of it may do: what it is about to do is found out later, and may change. */
function operationsOf(request: SyncRequest): Operation[] {
  const { mode, onRemoved, run, fields } = request;
  const writing = mode === 'mirror' ? 'upsert' : mode;
  const { action = 'nothing' } = (run.undo === undefined ? onRemoved : removalOf(request)) ?? {};
  const makes = lookupsOf(fields).some(({ onMiss }) => onMiss === 'create');
  return [
    writing,
    ...(action === 'nothing' || mode === 'append' || mode === 'replace' ? [] : [action]),
    ...(makes ? (['create'] as const) : []),
  ];
}
