const msByUnit = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The milliseconds of `30m`, `2h`, `3d` or `0`; undefined of anything else. */
export function spanMs(text: string): number | undefined {
  if (text === '0') return 0;
  const [, count, unit] = /^([1-9][0-9]{0,4})([mhd])$/.exec(text) ?? [];
  return count && unit ? Number(count) * msByUnit[unit as keyof typeof msByUnit] : undefined;
}
