import { entryOf, type Specification, type SyncEntry } from './entry.js';
import type { PlaceOf } from './problem.js';
import type { Draft } from './yaml-file.js';

/**
 * A sync that removes must find the record of exactly the row that left: its destination key is the model's primary key,
 * whatever the fields are called. By any other key a row whose key changed would leave its old record behind for ever,
 * and one of two rows that share a record would take the other's away. Without removals another key (an email) is
 * fine; of two rows with one destination key the last one wins.
 */
export function refuseOtherKeys(
  specification: Specification,
  draft: Draft,
  placeOf: PlaceOf,
): void {
  for (const [name, sync] of Object.entries(specification.syncs)) {
    const model = entryOf(specification.models, sync.model);
    if (!model || sync.onRemoved.action === 'nothing') continue;
    const message = keyProblem(sync, model.primaryKey);
    if (!message) continue;
    const path = ['syncs', name, 'key'];
    draft.problems.push({ ...placeOf(path), code: 'spec.key_not_primary', message, path });
  }
}

function keyProblem({ key, mode }: SyncEntry, primaryKey: readonly string[]): string | undefined {
  const columns = key.map(({ column }) => column);
  const missing = primaryKey.filter((column) => !columns.includes(column));
  const other = columns.filter((column) => !primaryKey.includes(column));
  if (missing.length === 0 && other.length === 0) return undefined;
  const why =
    missing.length > 0
      ? `it lacks ${missing.join(', ')} of the model's primary key`
      : `${other.join(', ')} is not of the model's primary key`;
  const keep =
    mode === 'mirror' ? 'use "mode: upsert" without "onRemoved"' : 'leave "onRemoved" out';
  return `This sync removes records, and its key can't tell whose: ${why}. Map the columns ${primaryKey.join(', ')} and no others, or change the model's primaryKey, or ${keep}: then two rows with one key share a record, and the last one wins.`;
}
