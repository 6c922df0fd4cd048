/**
 * Work goes on side by side, but for what was locked out before: that waits until it is alone, and holds back what comes
 * after it. Salesforce locks the parents of a record with it, so what writes children of one parent side by side can
 * lock itself out for ever.
 * https://developer.salesforce.com/docs/atlas.en-us.draes.meta/draes/draes_object_relationships_record_level_locking.htm (read 2026-11)
 */
export class LockLine {
  /** Of what is under way. */
  private readonly working = new Set<Promise<unknown>>();
  /** The last that is to be alone. */
  private alone: Promise<unknown> = Promise.resolve();

  async beside<T>(work: () => Promise<T>): Promise<T> {
    for (let seen; seen !== this.alone;) {
      seen = this.alone;
      await seen;
    }
    return this.start(work);
  }

  byItself<T>(work: () => Promise<T>): Promise<T> {
    const before = this.alone;
    const turn = before.then(async () => {
      await Promise.allSettled(this.working);
      return work();
    });
    this.alone = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  private start<T>(work: () => Promise<T>): Promise<T> {
    const started = work();
    this.working.add(started);
    const end = (): void => void this.working.delete(started);
    started.then(end, end);
    return started;
  }
}
