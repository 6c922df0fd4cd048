/** Lets in what fits into so many bytes, in the order in which it came; what is larger than all of them comes alone. */
export class ByteGate {
  private inside = 0;
  private readonly waiting: { bytes: number; enter: () => void }[] = [];

  constructor(private readonly most: number) {}

  async with<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.waiting.push({ bytes, enter });
      this.letIn();
    });
    try {
      return await work();
    } finally {
      this.inside -= bytes;
      this.letIn();
    }
  }

  private letIn(): void {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      if (this.inside > 0 && this.inside + next.bytes > this.most) return;
      this.waiting.shift();
      this.inside += next.bytes;
      next.enter();
    }
  }
}
