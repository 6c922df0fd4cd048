export interface Schedule {
  crons?: readonly string[] | null | undefined;
  timezone?: string | null | undefined;
  every?: string | null | undefined;
  jitter?: string | null | undefined;
  manual: boolean;
}

export function scheduleText({ crons, timezone, every, jitter, manual }: Schedule): string {
  if (manual) return 'Only when someone starts it';
  const when = every ? `Every ${everyText(every)}` : crons?.join(', ') || 'Unknown';
  const later = jitter && `up to ${countText(jitter)} later`;
  return [when, timezone, later].filter(Boolean).join(' · ');
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
