const dayMs = 86_400_000;

/** How long a key may be made for; null is for ever. */
export const expiries: readonly { value: string; label: string; days: number | null }[] = [
  { value: '7', label: '7 days', days: 7 },
  { value: '30', label: '30 days', days: 30 },
  { value: '90', label: '90 days', days: 90 },
  { value: '365', label: '1 year', days: 365 },
  { value: 'never', label: 'Never', days: null },
];

/** ISO 8601; null where it never ends. */
export function expiryOf(value: string, now: Date): string | null {
  const days = expiries.find((one) => one.value === value)?.days ?? null;
  return days === null ? null : new Date(now.getTime() + days * dayMs).toISOString();
}

export const hasEnded = (expiresAt: string | null | undefined, now: Date): boolean =>
  expiresAt !== null && expiresAt !== undefined && new Date(expiresAt) <= now;
