/** What all three queues keep to. Jobs that one claim takes, and claims that are under way at once. */
export const batch = 10;
export const atOnce = 4;
/** Jobs that are queued in one go. */
export const queuedAtOnce = 1_000;

/** How many a second, rounded. */
export const perSecond = (count: number, beganMs: number): number =>
  Math.round((count / (performance.now() - beganMs)) * 1_000);
