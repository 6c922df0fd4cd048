import { Failure } from '../failure.js';
import type { SyncRequest } from './sync-request.js';

/**
 * A removal must meet the record of exactly the row that left. By a key of other columns, a row whose key changed would
 * leave its old record behind, and one of two rows that share a record would take the other's away. The specification
 * says so with a place in a file; it comes over a wire, so the engine looks again.
 */
export function assertRemovable(request: SyncRequest): void {
  const { onRemoved, mode, key } = request;
  const removes = onRemoved.action !== 'nothing' || (mode === 'replace' && key.length > 0);
  if (!removes || isKeyPrimary(request)) return;
  throw new Failure(
    'CONFIG',
    'mapping.key_not_primary',
    "The sync removes records, so its key must map the columns of the model's primary key and no others. Change the key, or remove nothing.",
  );
}

/** Whether each row has a record of its own: the sync's key is the model's primary key, under whatever names. */
export function isKeyPrimary({ key, model }: SyncRequest): boolean {
  const columns = key.map(({ column }) => column);
  const isWhole = model.primaryKey.every((column) => columns.includes(column));
  return isWhole && columns.every((column) => model.primaryKey.includes(column));
}
