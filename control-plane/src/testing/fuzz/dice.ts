/** The same throws for the same seed and input, so that an input that was found can be made again alone. */
export class Dice {
  private state: number;

  constructor(seed: number, input: number) {
    this.state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(input + 1, 0x85ebca6b);
  }

  /** From 0 up to `sides`, which is left out. Mulberry32: small, and even enough for this. */
  whole(sides: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  }

  /** Once in so many throws. */
  once(throws: number): boolean {
    return this.whole(throws) === 0;
  }

  one<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.whole(items.length)] ?? items[0];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.whole(256));
  }
}
