import { entryOf, type ScheduleEntry, type Specification } from './entry.js';
import type { PlaceOf } from './problem.js';
import type { Draft } from './yaml-file.js';

/** Syncs that run after each other in a circle would never start; each circle is told of once, at its first in order. */
export function refuseCycles(specification: Specification, draft: Draft, placeOf: PlaceOf): void {
  const settled = new Set<string>();
  const order = new Map(Object.keys(specification.syncs).map((name, index) => [name, index]));
  for (const name of order.keys()) {
    const circle = circleFrom(name, specification, settled);
    if (circle.length === 0) continue;
    const first = circle.reduce((a, b) => ((order.get(a) ?? 0) < (order.get(b) ?? 0) ? a : b));
    const path = ['syncs', first, 'schedule', 'after'];
    const message = messageOf(startingWith(first, circle));
    draft.problems.push({ ...placeOf(path), code: 'spec.cycle', message, path });
  }
}

/**
 * The syncs that lead back to one of them, in the order in which they follow it; empty when none does, or when they were
 * settled before. Each is gone over once, whoever leads to it.
 */
function circleFrom(name: string, { syncs }: Specification, settled: Set<string>): string[] {
  const way = new Set<string>();
  let one: string | undefined = name;
  while (one !== undefined && !settled.has(one)) {
    settled.add(one);
    way.add(one);
    const schedule: ScheduleEntry | undefined = entryOf(syncs, one)?.schedule;
    one = schedule?.kind === 'after' ? schedule.after : undefined;
  }
  const steps = [...way];
  return one !== undefined && way.has(one) ? steps.slice(steps.indexOf(one)) : [];
}

const startingWith = (first: string, circle: readonly string[]): string[] => {
  const at = circle.indexOf(first);
  return [...circle.slice(at), ...circle.slice(0, at)];
};

function messageOf(circle: readonly string[]): string {
  const [first = ''] = circle;
  const way = [...circle, first].map((name) => `"${name}"`).join(' runs after ');
  return `${way}, so none of them would ever start. Give one of them another schedule.`;
}
