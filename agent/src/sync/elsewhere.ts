import { Failure } from '../failure.js';
import type { Manifest } from './baseline.js';
import type { SyncRequest } from './sync-request.js';

/** Names where a sync writes, and by which key it finds a record again. A baseline is true of that place alone. */
export function targetOf({ destinationName, object, key }: SyncRequest): string {
  return JSON.stringify([destinationName, object, key.map(({ field }) => field)]);
}

/**
 * Whether the baseline is that of another place; then it is set aside, and nothing of what it holds is removed here.
 * Unless somebody asked to start over, that is CONFIG `baseline.elsewhere`.
 */
export function assertHere(request: SyncRequest, manifest: Manifest | undefined): boolean {
  if (!manifest || manifest.target === targetOf(request)) return false;
  if (request.run.full || request.run.rebaseline) return true;
  throw new Failure(
    'CONFIG',
    'baseline.elsewhere',
    'The sync writes to another destination, object or key than before. Run it with --full to send everything there, or with --rebaseline if its rows are there already.',
    { detail: JSON.stringify({ was: manifest.target, is: targetOf(request) }) },
  );
}
