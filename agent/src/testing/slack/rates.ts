import type { ServerClock } from './workspace.js';

/** Calls a minute; https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11). */
export const tiers = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
export type Tier = keyof typeof tiers;

interface Bucket {
  left: number;
  at: number;
}

interface Limit {
  perSecond: number;
  burst: number;
}

/**
 * "Generally" one message a second to a channel, "several hundred" a minute to a workspace, with bursts that Slack gives no
 * number for: here 5 and 300.
 */
const channelLimit: Limit = { perSecond: 1, burst: 5 };
const workspaceLimit: Limit = { perSecond: 5, burst: 300 };

/** Who asked too often, by method and token, and where messages are posted, by channel. */
export class Rates {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly clock: ServerClock) {}

  /** Seconds to wait, at least 1; undefined when the call may be made, which it then has been. */
  call(token: string, method: string, tier: Tier): number | undefined {
    const perMinute = tiers[tier];
    return this.take(`${token} ${method}`, { perSecond: perMinute / 60, burst: perMinute });
  }

  post(token: string, channel: string): number | undefined {
    return (
      this.take(`${token} in ${channel}`, channelLimit) ??
      this.take(`${token} posts`, workspaceLimit)
    );
  }

  private take(name: string, { perSecond, burst }: Limit): number | undefined {
    const now = this.clock.now();
    const { left, at } = this.buckets.get(name) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + ((now - at) / 1000) * perSecond);
    if (filled < 1) {
      this.buckets.set(name, { left: filled, at: now });
      return Math.max(1, Math.ceil((1 - filled) / perSecond));
    }
    this.buckets.set(name, { left: filled - 1, at: now });
    return undefined;
  }
}
