import { Cron } from 'croner';
import { endOfGap, instantsOf, offsetAt, wallOf } from './wall-clock.js';

/** More than any clock is changed by at once. */
const slackMs = 3 * 3_600_000;

export interface CronSchedule {
  cron: string;
  timezone: string;
}

/**
 * The first slot strictly after an instant; null when there is none. The expression is read on the clock on the wall, which
 * the library is not asked to know: it runs some times twice and leaves others out when clocks change. A time that a
 * change leaves out comes as soon as the clock goes on. A time that comes twice counts once, at its first coming, but
 * where the hour is `*` both count: such a schedule goes on through the hour.
 */
export function nextSlot({ cron, timezone }: CronSchedule, after: Date): Date | null {
  const expression = new Cron(cron, { timezone: 'UTC', paused: true, mode: '5-part' });
  const next = (wall: number): number | undefined => expression.nextRun(new Date(wall))?.getTime();
  const plain = withoutChange(next, after.getTime(), timezone);
  if (plain !== undefined) return new Date(plain);
  const twice: number[] = [];
  for (
    let wall = next(wallOf(after.getTime(), timezone) - slackMs);
    wall !== undefined;
    wall = next(wall)
  ) {
    const [first = endOfGap(wall, timezone), second] = instantsOf(wall, timezone);
    if (second !== undefined && isOfEveryHour(cron)) twice.push(second);
    const slot = Math.min(...[...twice, first].filter((instant) => instant > after.getTime()));
    if (first > after.getTime()) return new Date(slot);
  }
  return null;
}

/** The next slot where no clock changes from some hours before until it comes; undefined where one does. */
function withoutChange(
  next: (wall: number) => number | undefined,
  after: number,
  timezone: string,
): number | undefined {
  const offset = offsetAt(after, timezone);
  const wall = next(after + offset);
  if (wall === undefined) return undefined;
  const slot = wall - offset;
  const isSteady = [after - slackMs, slot, slot + slackMs].every(
    (instant) => offsetAt(instant, timezone) === offset,
  );
  return isSteady ? slot : undefined;
}

const isOfEveryHour = (cron: string): boolean =>
  ['*', '*/1', '0-23'].includes(cron.trim().split(/\s+/)[1] ?? '');
