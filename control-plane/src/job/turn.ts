/**
 * Whose turn it is in a pool. Jobs go in the order of the times at which they were queued, and some have a head start: they
 * stand where they would if they had been queued earlier. So what a person asked for overtakes the schedule, and still
 * nothing waits for ever: what has waited longer than the difference of two head starts is not overtaken any more. As a
 * sync has one live run at most, none gets two turns while another one waits for its first.
 */

export const priorities = ['high', 'normal', 'low'] as const;
export type Priority = (typeof priorities)[number];

const hourMs = 3_600_000;

/** Somebody asked for it by name: before everything that a schedule has queued within a day. */
const askedForMs = 24 * hourMs;
/** Somebody sits in front of a screen and waits. */
export const watchedMs = 48 * hourMs;

const byPriority: Readonly<Record<Priority, number>> = {
  high: 6 * hourMs,
  normal: 0,
  low: -6 * hourMs,
};

/** Milliseconds; negative for what lets others go first. */
export const headStartMs = (run: { isAskedFor: boolean; priority: Priority }): number =>
  byPriority[run.priority] + (run.isAskedFor ? askedForMs : 0);

/** As the sync says it; what says nothing is normal. */
export function priorityIn(spec: unknown): Priority {
  const said = (spec as { priority?: unknown } | null)?.priority;
  return priorities.find((priority) => priority === said) ?? 'normal';
}
