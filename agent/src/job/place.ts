import { createHash } from 'node:crypto';
import type { DestinationDefinition } from '../connector/destination.js';
import type { RawSettings } from '../connector/settings.js';

/**
 * Names where a destination is, by the settings that its connector says it by, as they are written. A digest, since an
 * address may hold what nobody else is to read. Lower-case hex.
 */
export function placeOf(
  { name, place }: Pick<DestinationDefinition, 'name' | 'place'>,
  settings: RawSettings,
): string {
  const said = place.map((setting) => [setting, settings[setting] ?? null]);
  return createHash('sha256')
    .update(JSON.stringify([name, said]))
    .digest('hex');
}
