import { count } from './count.js';
import type { Counts, Run } from './operation.js';

type Kind = 'removed' | 'changed' | 'added';

/** Removals first: they are what a guard is most often there for. */
const kinds: readonly Kind[] = ['removed', 'changed', 'added'];

/** What a run that waits for a person would do, and how to say yes or no to it; nothing of any other run. */
export function heldLines({ id, state, counts, heldBy }: Run): string[] {
  if (state !== 'waiting_approval') return [];
  const guards = heldBy.length > 0 ? ` by the guard on ${heldBy.join(' and ')} rows` : '';
  return [
    `  Held${guards}: ${changesText(counts)}. Nothing of it was sent.`,
    `  If that is right, approve with: drawbridge approve ${id}`,
    `  If not, end it with:            drawbridge cancel ${id}`,
  ];
}

/** `12,034 rows would be removed, 3 added`. */
export function changesText(counts: Counts, verb: 'would be' | 'to be' = 'would be'): string {
  const [first, ...rest] = kinds.filter((kind) => counts[kind] > 0);
  if (!first) return `no row ${verb} changed`;
  const noun = counts[first] === 1 ? 'row' : 'rows';
  const said = [
    `${count(counts[first])} ${noun} ${verb} ${first}`,
    ...rest.map((kind) => `${count(counts[kind])} ${kind}`),
  ];
  return said.join(', ');
}
