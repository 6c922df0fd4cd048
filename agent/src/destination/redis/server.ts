import type { LastCheck } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { Line } from './line.js';
import type { LineOptions, Reply } from './line.js';
import type { Ask } from './resp.js';

/** Wherever keys lie: one server, or the nodes of a cluster. */
export interface Server {
  /**
   * One reply for each, in order; a Failure for a command that failed or was not answered. Throws a Failure when nothing
   * was sent.
   */
  send(asks: readonly Ask[], lastCheck: LastCheck): Promise<Reply[]>;
  call(name: string, ...args: string[]): Promise<unknown>;
  /** Every server that is written to answers. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What says that another server is the right one by now, or that this one will take long. */
const outOfPlace = ['READONLY', 'LOADING', 'MASTERDOWN', 'NOAUTH'];

/** One server at a time: the one at an address, or the one that sentinels say is the master. */
export class OneServer implements Server {
  private line: Promise<Line> | undefined;

  constructor(private readonly options: LineOptions) {}

  async send(asks: readonly Ask[], lastCheck: LastCheck): Promise<Reply[]> {
    const line = await this.openLine();
    const replies = await line.send(asks, lastCheck);
    const isOut = replies.some(
      (reply) => reply instanceof Failure && outOfPlace.includes(reply.vendorCode),
    );
    if (isOut) line.close();
    return replies;
  }

  async call(name: string, ...args: string[]): Promise<unknown> {
    return (await this.openLine()).call(name, ...args);
  }

  async check(): Promise<void> {
    await this.call('PING');
  }

  async close(): Promise<void> {
    const line = await this.line?.catch(() => undefined);
    this.line = undefined;
    line?.close();
  }

  /** The line that is open, else a new one: what waits for it waits for the same. */
  async openLine(): Promise<Line> {
    const known = this.line;
    if ((await known?.catch(() => undefined))?.isOpen) return known as Promise<Line>;
    if (this.line === known) this.line = Line.open(this.options);
    return this.line as Promise<Line>;
  }
}
