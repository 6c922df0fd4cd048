import type { Connection } from '@drawbridge/proto';
import type { Clock } from '../clock.js';
import { Limiter } from '../sync/limiter.js';

interface Shared {
  limiter: Limiter;
  users: number;
}

/** One limiter for each destination connection (name, settings and limits), shared by the runs that write through it. */
export class Limiters {
  private readonly shared = new Map<string, Shared>();

  constructor(private readonly clock: Clock) {}

  borrow(
    connection: Connection,
    defaults: { requestsPerSecond: number; concurrency: number },
  ): { limiter: Limiter; giveBack: () => void } {
    const limits = {
      requestsPerSecond: connection.limits?.requestsPerSecond || defaults.requestsPerSecond,
      concurrency: connection.limits?.concurrency || defaults.concurrency,
    };
    const { name, type, settings } = connection;
    const key = JSON.stringify([name, type, limits, settings]);
    const found = this.shared.get(key) ?? { limiter: new Limiter(limits, this.clock), users: 0 };
    found.users += 1;
    this.shared.set(key, found);
    return {
      limiter: found.limiter,
      giveBack: () => {
        found.users -= 1;
        if (found.users === 0) this.shared.delete(key);
      },
    };
  }
}
