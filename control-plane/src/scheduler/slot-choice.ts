import type { SyncEntry } from '@drawbridge/proto';

/** `catchUp: all` makes up for no more than this. */
export const catchUpMs = 7 * 86_400_000;
export const startWithinMs = 15 * 60_000;
/** Counting goes slot by slot. */
const mostCounted = 100;

export type ScheduleRules = Pick<SyncEntry, 'schedule' | 'overlap' | 'catchUp' | 'startWithin'>;

/** A slot, and how many it stands for: itself and the next ones, counted to 100. */
export interface Slots {
  at: Date;
  slots: number;
}

export interface SlotChoice {
  /** Passed before the sync was resumed. */
  paused?: Slots;
  /** Too late to be made up for. */
  passed?: Slots;
  start?: Slots;
  next: Date | null;
}

export interface DueSlot {
  /** The oldest that nobody has started; not after `now`. */
  slot: Date;
  now: Date;
  /** When the sync's last run ended: a slot that waited for it is not late before. */
  freeSince: Date | null;
  /** When the sync's last pause ended. */
  resumedAt: Date | null;
  /** A window of its schedule is open now, or it has none. */
  mayStart: boolean;
}

/** The first slot after an instant; null when there is none, or none yet. */
export type NextAfter = (instant: Date) => Date | null;

/** Keeps its slots while a run is live, instead of letting them pass. */
export const isQueueing = ({ overlap, catchUp }: ScheduleRules): boolean =>
  overlap === 'queue' || catchUp === 'all';

/** What becomes of the slots of a sync that have come: which of them gets a run, and when the next one is due. */
export function slotChoice(rules: ScheduleRules, due: DueSlot, nextAfter: NextAfter): SlotChoice {
  const { catchUp } = rules;
  const { slot, now } = due;
  const oldest = oldestToStart(rules, due);
  const isPassed = slot < oldest;
  const first = isPassed ? nextAfter(new Date(oldest.getTime() - 1)) : slot;
  const passed = isPassed && passedOf(due, earlier(first, now), nextAfter);
  if (!first || first > now) return { ...passed, next: first };
  if (catchUp === 'all')
    return { ...passed, start: { at: first, slots: 1 }, next: nextAfter(first) };
  const afterNow = new Date(now.getTime() + 1);
  const start = { at: first, slots: countUntil(first, afterNow, nextAfter) };
  return { ...passed, start, next: nextAfter(now) };
}

export const startWithinOf = ({ startWithin }: ScheduleRules): number =>
  startWithin?.ms ?? startWithinMs;

/** For the live run that was there when it came. */
export const hasWaited = (
  rules: ScheduleRules,
  { slot, freeSince }: Pick<DueSlot, 'slot' | 'freeSince'>,
): boolean => isQueueing(rules) && freeSince !== null && freeSince >= slot;

/** Outside of its windows nothing is made up for. */
function oldestToStart(rules: ScheduleRules, due: DueSlot): Date {
  const { slot, now, freeSince } = due;
  const oldest = new Date(now.getTime() - startWithinOf(rules));
  if (!due.mayStart) return oldest;
  if (rules.catchUp === undefined) return slot;
  if (rules.catchUp === 'all') return new Date(now.getTime() - catchUpMs);
  return hasWaited(rules, due) && freeSince && freeSince >= oldest ? slot : oldest;
}

function passedOf(
  { slot, resumedAt }: DueSlot,
  end: Date,
  nextAfter: NextAfter,
): Pick<SlotChoice, 'paused' | 'passed'> {
  const slotsOf = (at: Date, until: Date): Slots => ({
    at,
    slots: countUntil(at, until, nextAfter),
  });
  if (!resumedAt || resumedAt <= slot) return { passed: slotsOf(slot, end) };
  const paused = slotsOf(slot, earlier(resumedAt, end));
  const first = nextAfter(new Date(resumedAt.getTime() - 1));
  return { paused, ...(first && first < end && { passed: slotsOf(first, end) }) };
}

const earlier = (a: Date | null, b: Date): Date => (a && a < b ? a : b);

/** From a slot on to before an instant. */
export function countUntil(from: Date, end: Date, nextAfter: NextAfter): number {
  let count = 0;
  for (let at: Date | null = from; at && at < end && count < mostCounted; at = nextAfter(at))
    count += 1;
  return count;
}
