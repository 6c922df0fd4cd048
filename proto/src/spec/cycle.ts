import { entryOf, type ScheduleEntry, type Specification } from './entry.js';
import type { PlaceOf } from './problem.js';
import type { Draft } from './yaml-file.js';

/** Syncs that run after each other in a circle would never start; each circle is told of once. */
export function refuseCycles(specification: Specification, draft: Draft, placeOf: PlaceOf): void {
  const told = new Set<string>();
  for (const name of Object.keys(specification.syncs)) {
    if (told.has(name)) continue;
    const circle = circleFrom(name, specification);
    if (!circle.includes(name)) continue;
    circle.forEach((one) => told.add(one));
    const path = ['syncs', name, 'schedule', 'after'];
    const message = messageOf(circle);
    draft.problems.push({ ...placeOf(path), code: 'spec.cycle', message, path });
  }
}

/** The syncs that lead back to the first of them, in the order in which they follow it; empty when none does. */
function circleFrom(name: string, { syncs }: Specification): string[] {
  const before: string[] = [];
  for (let one: string | undefined = name; one !== undefined;) {
    if (before.includes(one)) return one === name ? before : [];
    before.push(one);
    const schedule: ScheduleEntry | undefined = entryOf(syncs, one)?.schedule;
    one = schedule?.kind === 'after' ? schedule.after : undefined;
  }
  return [];
}

function messageOf(circle: readonly string[]): string {
  const [first = ''] = circle;
  const way = [...circle, first].map((name) => `"${name}"`).join(' runs after ');
  return `${way}, so none of them would ever start. Give one of them another schedule.`;
}
