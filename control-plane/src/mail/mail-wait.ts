const firstMs = 5_000;
const longestMs = 3_600_000;

/**
 * How long until a mail is tried again that was tried so often: four times as long each time, an hour at most, and up to
 * a fifth more (`random` from 0 to 1). Undefined when it would not be worth sending by then.
 */
export function mailWait(attempts: number, leftMs: number, random: number): number | undefined {
  const waitMs = Math.min(firstMs * 4 ** Math.min(attempts - 1, 10), longestMs);
  const spreadMs = Math.round(waitMs * (1 + random / 5));
  return spreadMs < leftMs ? spreadMs : undefined;
}
