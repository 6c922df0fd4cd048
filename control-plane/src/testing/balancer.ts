import { setTimeout as wait } from 'node:timers/promises';

const everyMs = 50;

/** Sends each next request to the next replica that says of itself that it is ready, as a load balancer does. */
export class Balancer {
  private ready: readonly string[];
  private next = 0;
  private readonly stop = new AbortController();
  private readonly ended: Promise<void>;

  constructor(private readonly urls: readonly string[]) {
    this.ready = urls;
    this.ended = this.watch();
  }

  get url(): string {
    this.next += 1;
    const among = this.ready.length > 0 ? this.ready : this.urls;
    return among[this.next % among.length] ?? '';
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      const states = await Promise.all(this.urls.map((url) => this.isReady(url)));
      this.ready = this.urls.filter((_url, place) => states[place]);
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async isReady(url: string): Promise<boolean> {
    try {
      const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(1_000)]);
      const response = await fetch(`${url}/readyz`, { signal });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
