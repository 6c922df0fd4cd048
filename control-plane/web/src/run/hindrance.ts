import { conflictOf } from '@drawbridge/proto/run-conflict';
import { isWishName, wishes, type WishName, type Wishes } from './wish.js';

const parts: readonly WishName[] = ['canary', 'onlyRejected'];

/** Why one more wish can't be had beside those that were chosen, of a sync of this mode. */
export function hindranceOf(name: WishName, chosen: Wishes, mode: string): string | undefined {
  if (chosen[name]) return undefined;
  if (mode === 'replace' && parts.includes(name))
    return 'Not with mode: replace, which sends everything or nothing.';
  const conflict = conflictOf({ ...chosen, [name]: true });
  const other = conflict?.wishes.find((one) => one !== name);
  if (!conflict || !isWishName(other)) return undefined;
  return `Not together with “${wishes[other].label}”: ${conflict.reason}.`;
}
