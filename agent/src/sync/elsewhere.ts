import { Failure } from '../failure.js';
import type { Manifest, Shape } from './baseline.js';
import type { SyncRequest } from './sync-request.js';

/** Names where a sync writes, and by which key it finds a record again. A baseline is true of that place alone. */
export function targetOf({ destinationName, object, key }: SyncRequest): string {
  return JSON.stringify([destinationName, object, key.map(({ field }) => field)]);
}

/** The same with where the connection leads, as far as somebody knows. */
export const whereabouts = ({ target, place }: Pick<Shape, 'target' | 'place'>): string =>
  place === undefined ? target : JSON.stringify([target, place]);

/**
 * Whether the baseline is that of another place; then it is set aside, and nothing of what it holds is removed here.
 * Unless somebody asked to start over, that is CONFIG `baseline.elsewhere`.
 */
export function assertHere(request: SyncRequest, manifest: Manifest | undefined): boolean {
  if (!manifest) return false;
  const target = targetOf(request);
  // Older agents did not note where a connection leads.
  const isHere = manifest.place === undefined || manifest.place === request.place;
  if (manifest.target === target && isHere) return false;
  if (request.run.full || request.run.rebaseline) return true;
  throw new Failure('CONFIG', 'baseline.elsewhere', `${reason(isHere)} ${waysOn}`, {
    detail: JSON.stringify({ was: manifest.target, is: target, sameAddress: isHere }),
  });
}

const reason = (isHere: boolean): string =>
  isHere
    ? 'The sync writes to another destination, object or key than before.'
    : 'The settings of the destination lead to another place than before.';

const waysOn =
  'Run it with --full to send everything there, or with --rebaseline if its rows are there already, as when a host was only renamed.';
