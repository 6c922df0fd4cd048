/**
 * Gathers what many say at the same time and does it together: an item waits while others are under way, and goes with all
 * that came meanwhile. Alone it waits for nobody. When a batch fails, each of its items is tried by itself, so that a bad
 * one fails alone.
 */
export class FrameBatch<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private isBusy = false;

  /** `act` answers each item, in order, and does all of them or none. */
  constructor(
    private readonly act: (items: readonly Item[]) => Promise<readonly Answer[]>,
    private readonly most: number,
  ) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isBusy) void this.goOn();
    });
  }

  private async goOn(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, this.most));
    this.isBusy = false;
  }

  private async settle(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.act(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, place) => resolve(answers[place] as Answer));
    } catch (error) {
      const [one] = batch;
      if (batch.length === 1 && one) one.reject(error);
      else for (const alone of batch) await this.settle([alone]);
    }
  }
}

interface Waiting<Item, Answer> {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}
