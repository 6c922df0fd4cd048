import { countText } from '../format/number.js';

export interface HeldPlan {
  counts: { added: number; changed: number; removed: number };
  heldBy: readonly string[];
}

/** Removals first: they are what a guard is most often there for. */
const kinds = ['removed', 'changed', 'added'] as const;

/** `The guard on removed rows holds this plan.` */
export function guardText({ heldBy }: HeldPlan): string {
  if (heldBy.length === 0) return 'A guard holds this plan.';
  const noun = heldBy.length === 1 ? 'The guard' : 'The guards';
  const verb = heldBy.length === 1 ? 'holds' : 'hold';
  return `${noun} on ${heldBy.join(' and ')} rows ${verb} this plan.`;
}

/** `12,034 rows will be removed, 3 added`: what an approval lets go. */
export function changesText({ counts }: HeldPlan, locale?: string): string {
  const [first, ...rest] = kinds.filter((kind) => counts[kind] > 0);
  if (!first) return 'No row will be changed';
  const noun = counts[first] === 1 ? 'row' : 'rows';
  const said = [
    `${countText(counts[first], locale)} ${noun} will be ${first}`,
    ...rest.map((kind) => `${countText(counts[kind], locale)} ${kind}`),
  ];
  return said.join(', ');
}
