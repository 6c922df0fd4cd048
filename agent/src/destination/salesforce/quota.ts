import { Failure } from '../../failure.js';

/** Calls come back over 24 hours; a run that waited for them would only hold a place. */
const laterMs = 60 * 60_000;

/**
 * How much of the org's API calls of 24 hours is used, by whomever, as every answer tells in `Sforce-Limit-Info`. The
 * number is the org's own and comes a little late.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm (read 2026-11)
 */
export class Quota {
  private used = 0;
  private limit = 0;

  constructor(private readonly maxPercent: number) {}

  note(headers: Readonly<Record<string, unknown>>): void {
    const told = /\bapi-usage=(\d+)\/(\d+)/.exec(String(headers['sforce-limit-info'] ?? ''));
    if (!told) return;
    this.used = Number(told[1]);
    this.limit = Number(told[2]);
  }

  /** Throws TRANSIENT `destination.quota_spent`, for a later run, once the share is used up. */
  check(): void {
    if (this.limit === 0 || this.used * 100 < this.limit * this.maxPercent) return;
    throw new Failure(
      'TRANSIENT',
      'destination.quota_spent',
      'The org has used as much of its daily API calls as `maxDailyApiPercent` allows. A later run sends the rest.',
      { retryAfterMs: laterMs, detail: `${this.used} of ${this.limit} calls` },
    );
  }
}

/** Salesforce itself says so. */
export function quotaExceeded(detail: string, vendorCode: string): Failure {
  return new Failure(
    'TRANSIENT',
    'destination.quota_exceeded',
    'The org has used up what it may ask of its API in 24 hours. A later run sends the rest.',
    { retryAfterMs: laterMs, detail, vendorCode },
  );
}
