/**
 * A line in which everybody stands once. Whoever is called waits for its turn; after its turn it leaves, or goes to the end
 * of the line when it has more to do or was called meanwhile. So between two turns of one, each that waits gets one.
 */
export class Turns {
  private readonly waiting = new Set<string>();
  private readonly busy = new Map<string, Promise<void>>();

  /** `act` answers whether there is more to do; it never rejects. At most `atOnce` have their turn at once. */
  constructor(
    private readonly act: (who: string) => Promise<boolean>,
    private readonly atOnce: number,
  ) {}

  call(who: string): void {
    this.waiting.add(who);
    this.goOn();
  }

  /** Nobody gets another turn; resolves when the last one is over. */
  async end(): Promise<void> {
    this.waiting.clear();
    await Promise.all(this.busy.values());
  }

  private goOn(): void {
    for (const who of this.waiting) {
      if (this.busy.size >= this.atOnce) return;
      // It comes again when its turn is over.
      if (this.busy.has(who)) continue;
      this.waiting.delete(who);
      this.busy.set(who, this.take(who));
    }
  }

  private async take(who: string): Promise<void> {
    const hasMore = await this.act(who);
    this.busy.delete(who);
    if (hasMore) this.waiting.add(who);
    this.goOn();
  }
}
