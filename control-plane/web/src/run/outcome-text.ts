import { countText } from '../format/number.js';

export interface OutcomeCounts {
  invalid: number;
  sent: number;
  rejected: number;
  withheld: number;
  pending: number;
  uncertain: number;
}

/** `1,204 sent, 3 rejected`: what was sent, and every kind of trouble that there was. */
export function outcomeText(counts: OutcomeCounts): string {
  const troubles = (['rejected', 'withheld', 'pending', 'uncertain', 'invalid'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${countText(counts[name])} ${name}`);
  return [`${countText(counts.sent)} sent`, ...troubles].join(', ');
}
