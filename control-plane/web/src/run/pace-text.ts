import { countText } from '../format/number.js';

export interface Pace {
  rowsPerSecond?: number | null | undefined;
  remainingMs?: number | null | undefined;
}

/** `2,310 rows/s · about 4 s left`: as much of it as the agent can tell; empty where that is nothing. */
export function paceText({ rowsPerSecond, remainingMs }: Pace, locale?: string): string {
  const said = [
    ...(rowsPerSecond ? [`${countText(rowsPerSecond, locale)} rows/s`] : []),
    ...(remainingMs ? [`about ${leftText(remainingMs)} left`] : []),
  ];
  return said.join(' · ');
}

/** Rounded up, as far as anybody wants to know it. */
function leftText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
