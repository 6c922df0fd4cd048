import type { SyncRequest } from '../../sync/sync-request.js';
import { column } from '../engine.js';

/** A mirror of people as hashes, with a NULL now and then. */
export const syncToRedis: Partial<SyncRequest> = {
  object: 'hash',
  fields: [column('name'), column('team')],
  options: { name: 'person:{{ id }}', others: 'keep', nulls: 'remove' },
};
