interface Quiet {
  muted: boolean;
  snoozedUntil?: string | null;
  flapping: boolean;
}

/** Whether somebody is told of an open alert. */
export function quietText({ muted, snoozedUntil, flapping }: Quiet): string {
  if (muted) return 'muted';
  if (snoozedUntil) return 'snoozed';
  return flapping ? 'comes and goes' : 'open';
}
