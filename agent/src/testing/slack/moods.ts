/** What goes wrong with one call of a method. */
export type Mood =
  /** The line is cut before the call did anything, or after. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** An HTTP status in place of the answer; the call did what it does all the same with `taken`. */
  | { kind: 'status'; status: number; headers?: Readonly<Record<string, string>>; taken?: boolean }
  /** Slack's own `{ "ok": false }`, whatever was asked. */
  | { kind: 'error'; error: string; headers?: Readonly<Record<string, string>> }
  /** Something between us and Slack answers in its place with a page. */
  | { kind: 'page'; taken?: boolean }
  /** As ever. */
  | { kind: 'none' }
  | { kind: 'hold'; arrived(): void; released: Promise<void> };

/** Moods by method, each for one call, in order. */
export class Moods {
  private readonly waiting = new Map<string, Mood[]>();

  next(method: string, ...moods: readonly Mood[]): void {
    this.waiting.set(method, [...(this.waiting.get(method) ?? []), ...moods]);
  }

  /** Holds the answer to the next call until it is released; `held` resolves when one is waiting. */
  hold(method: string): { held(): Promise<void>; release(): void } {
    const arrival = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    this.next(method, { kind: 'hold', arrived: arrival.resolve, released: release.promise });
    return { held: () => arrival.promise, release: release.resolve };
  }

  take(method: string): Mood | undefined {
    return this.waiting.get(method)?.shift();
  }
}
