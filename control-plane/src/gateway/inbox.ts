import type { Message } from './line.js';

/** Messages that may wait before the agent is kept from saying more. */
const maxWaiting = 64;

/** Turns what arrives into what is asked for, one by one, and holds the sender back when we are slower. */
export class Inbox {
  readonly messages = this.take();
  private readonly waiting: Message[] = [];
  private isOver = false;
  private wake: () => void = () => undefined;

  constructor(private readonly flow: { pause(): void; resume(): void }) {}

  push(message: Message): void {
    if (this.isOver) return;
    this.waiting.push(message);
    if (this.waiting.length === maxWaiting) this.flow.pause();
    this.wake();
  }

  /** What waits is still given: the last words of an agent that hung up count. */
  end(): void {
    this.isOver = true;
    this.wake();
  }

  drop(): void {
    this.waiting.length = 0;
    this.end();
  }

  private async *take(): AsyncGenerator<Message, undefined> {
    for (;;) {
      const message = this.waiting.shift();
      if (message === undefined) {
        if (this.isOver) return undefined;
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      if (this.waiting.length === maxWaiting - 1) this.flow.resume();
      yield message;
    }
  }
}
