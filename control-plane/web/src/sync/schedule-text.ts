export interface Schedule {
  cron?: string | null | undefined;
  timezone?: string | null | undefined;
  every?: string | null | undefined;
  manual: boolean;
}

export function scheduleText({ cron, timezone, every, manual }: Schedule): string {
  if (manual) return 'Only when someone starts it';
  if (every) return `Every ${everyText(every)}`;
  return [cron ?? 'Unknown', timezone].filter(Boolean).join(' · ');
}

const words: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** `15m` → `15 minutes`; what has another form is shown as it was written. */
function everyText(every: string): string {
  const parts = /^(\d+)([smhd])$/.exec(every);
  const word = words[parts?.[2] ?? ''];
  if (!parts || !word) return every;
  return parts[1] === '1' ? word : `${parts[1]} ${word}s`;
}
