import type { LifecycleRule } from './lifecycle.js';

/** Something that a rule would take before it may. */
export interface LifecycleDanger {
  rule: string;
  does: 'expire' | 'archive';
  place: string;
}

/** Below `v1/ws=…/sync=…/`: in days, for how long objects have to stay, and to be readable at once. */
const places: readonly { place: string; expires: number; archives: number }[] = [
  { place: 'head.json', expires: Infinity, archives: Infinity },
  { place: 'baseline/', expires: Infinity, archives: Infinity },
  // Each question about the logs reads them.
  { place: 'log/', expires: 30, archives: Infinity },
  // A run that was cut off is taken up by the next one.
  { place: 'run=', expires: 2, archives: 2 },
];

/**
 * What of the agent's a rule would take. `prefix`: the agent's in the bucket, without slashes at its ends. A filter by
 * size counts as none: segments have all sizes.
 */
export function dangersOf(rules: readonly LifecycleRule[], prefix: string): LifecycleDanger[] {
  return rules.flatMap((rule): LifecycleDanger[] => {
    if (rule.isTagged) return [];
    const reached = places.filter(({ place }) => reaches(rule.prefix, prefix, place));
    const taken = (does: 'expire' | 'archive', after: number | undefined): LifecycleDanger[] =>
      reached
        .filter((each) => after !== undefined && after < each[`${does}s`])
        .map(({ place }) => ({ rule: rule.id, does, place }));
    return [...taken('expire', rule.expiresAfter), ...taken('archive', rule.archivesAfter)];
  });
}

/** Whether a key of that place could begin so, whatever the ids of workspace and sync. */
function reaches(prefix: string, own: string, place: string): boolean {
  const root = own === '' ? '' : `${own}/`;
  if (root.startsWith(prefix)) return true;
  if (!prefix.startsWith(root)) return false;
  const asked = prefix
    .slice(root.length)
    .replace(/^v1\/ws=[^/]+/, 'v1/ws=*')
    .replace(/^v1\/ws=\*\/sync=[^/]+/, 'v1/ws=*/sync=*');
  const there = `v1/ws=*/sync=*/${place}`;
  return there.startsWith(asked) || asked.startsWith(there);
}
