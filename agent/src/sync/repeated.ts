import { Failure } from '../failure.js';
import type { Snapshot } from './snapshot.js';
import type { SyncRequest } from './sync-request.js';

/** A key that came more than once stops a sync that says so, before anything is planned. Others leave its rows out. */
export function assertNotRepeated({ model }: SyncRequest, { repeatedKeys }: Snapshot): void {
  if (model.duplicates?.keep !== 'fail' || repeatedKeys === 0) return;
  throw new Failure(
    'CONFIG',
    'snapshot.repeated_keys',
    'The model gives several rows for one primary key, and it is said to stop then. Correct the SQL or the primaryKey; or let `duplicates` be first, with an orderBy, or invalid.',
    { detail: `keys: ${repeatedKeys}` },
  );
}
