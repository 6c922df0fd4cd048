import type { IdentityPlace } from '../config.js';
import { IdentityFile } from './identity-file.js';
import { IdentitySecret } from './identity-secret.js';
import type { IdentityKeeper } from './identity.js';

export function keeperOf(place: IdentityPlace): IdentityKeeper {
  if (place.kind === 'file') return new IdentityFile(place.file);
  return new IdentitySecret(place.cluster, place.place);
}
