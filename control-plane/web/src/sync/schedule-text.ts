export interface Schedule {
  crons?: readonly string[] | null | undefined;
  timezone?: string | null | undefined;
  every?: string | null | undefined;
  jitter?: string | null | undefined;
  within?: readonly string[] | null | undefined;
  except?: readonly string[] | null | undefined;
  after?: string | null | undefined;
  when?: string | null | undefined;
  manual: boolean;
}

export function scheduleText({ after, when, ...times }: Schedule): string {
  return after ? `After each run of ${after} · ${endText(when)}` : timesText(times);
}

function endText(when: string | null | undefined): string {
  if (when === 'always') return 'however it ends';
  return when === 'success' ? 'that succeeds' : `${when}`;
}

function timesText({ crons, timezone, every, jitter, manual, ...windows }: Schedule): string {
  if (manual) return 'Only when someone starts it';
  const first = every ? `Every ${everyText(every)}` : crons?.join(', ') || 'Unknown';
  const later = jitter && `up to ${countText(jitter)} later`;
  const within = windows.within && `within ${windows.within.join(', ')}`;
  const except = windows.except && `except ${windows.except.join(', ')}`;
  return [first, within, except, timezone, later].filter(Boolean).join(' · ');
}

const words: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** `1h` → `hour`, `15m` → `15 minutes`. */
const everyText = (every: string): string => countText(every).replace(/^1 /, '');

/** `15m` → `15 minutes`; what has another form is shown as it was written. */
function countText(interval: string): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(interval) ?? [];
  const word = words[unit ?? ''];
  if (!count || !word) return interval;
  return `${count} ${word}${count === '1' ? '' : 's'}`;
}
