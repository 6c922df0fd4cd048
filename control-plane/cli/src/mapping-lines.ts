import { count } from './count.js';
import type { Change } from './configuration-operation.js';

/** What a new mapping does to rows that did not change, and what can be chosen instead; nothing of other changes. */
export function mappingLines({ name, mapping, baselineRows }: Change): string[] {
  if (mapping === null) return [];
  // Some rows of the baseline may have changed or left as well.
  const many = baselineRows === null ? '' : ` (up to ${count(baselineRows)})`;
  const run = `drawbridge run ${name}`;
  switch (mapping) {
    case 'backfill':
      return [
        `Mapping changed: the next run sends unchanged rows again${many}.`,
        `To send only what changes from now on: ${run} --from-now-on, or "mappingChange: from-now-on".`,
      ];
    case 'from-now-on':
      return [
        `Mapping changed: unchanged rows stay as they were sent${many}.`,
        `To send them again: ${run} --backfill.`,
      ];
    case 'stop':
      return [
        `Mapping changed: the next run stops before it sends anything.`,
        `Choose: ${run} --backfill sends unchanged rows again${many}, ${run} --from-now-on leaves them.`,
      ];
    default:
      return [`Mapping changed: ${mapping}.`];
  }
}
