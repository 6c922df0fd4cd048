import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const everyMs = 100;
const patienceMs = 1_000;

/**
 * One address before all replicas, as a Service of Kubernetes is: each new connection goes to the next replica that says
 * of itself that it is ready, and stays there.
 */
export class Front {
  private readonly states = new Map<string, boolean>();
  private readonly sockets = new Set<Socket>();
  private readonly stop = new AbortController();
  private readonly watching: Promise<void>;
  private next = 0;

  private constructor(private readonly server: Server) {
    server.on('connection', (near) => this.join(near));
    this.watching = this.watch();
  }

  static async open(): Promise<Front> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Front(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  add(url: string): void {
    this.states.set(url, true);
  }

  remove(url: string): void {
    this.states.delete(url);
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await this.watching;
  }

  /** Of a ready replica, by turns. */
  private nextUrl(): string | undefined {
    const ready = [...this.states].flatMap(([url, isReady]) => (isReady ? [url] : []));
    this.next += 1;
    return ready[this.next % ready.length];
  }

  private async watch(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      for (const url of this.states.keys()) {
        const isReady = await saysReady(url, signal);
        if (this.states.has(url)) this.states.set(url, isReady);
      }
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private join(near: Socket): void {
    const url = this.nextUrl();
    if (url === undefined) return void near.destroy();
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    this.relay(near, far);
    this.relay(far, near);
  }

  private relay(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('error', () => undefined);
    from.pipe(to);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroySoon();
    });
  }
}

async function saysReady(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
