import type { OperationKind } from '../connector/destination.js';
import type { Change } from './mapping.js';
import type { SyncRequest } from './sync-request.js';

/** What the mode makes of a change; undefined: nothing is sent, and the row counts as known from now on. */
export function operationKind(request: SyncRequest, change: Change): OperationKind | undefined {
  if (request.mode === 'append')
    return (request.appends ?? ['added']).includes(change) ? 'append' : undefined;
  // What takes the place of everything leaves out what is not in it any more.
  if (change === 'removed' && request.mode === 'replace') return 'delete';
  if (change === 'removed')
    return request.onRemoved.action === 'nothing' ? undefined : request.onRemoved.action;
  switch (request.mode) {
    case 'upsert':
    case 'mirror':
    case 'replace':
      return 'upsert';
    case 'update':
      return 'update';
    case 'create':
      return change === 'added' ? 'create' : undefined;
  }
}
