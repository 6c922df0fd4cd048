/** How far back a rate looks, in milliseconds. */
const windowMs = 10_000;
/** Samples are no closer together, so there are never more than some fifty. */
const apartMs = 200;

interface Sample {
  ms: number;
  rows: number;
}

/** Rows per second over the last ten seconds, on a clock that can't jump. A standstill shows as a falling rate. */
export class Rate {
  private samples: Sample[] = [];

  /** Begins anew: what counts as a row is another thing from now on. */
  restart(ms: number, rows: number): void {
    this.samples = [{ ms, rows }];
  }

  /** `rows`: all since the start, at this moment. */
  note(ms: number, rows: number): void {
    const last = this.samples.at(-1);
    if (!last) return this.restart(ms, rows);
    if (ms - last.ms >= apartMs) this.samples.push({ ms, rows });
    // One that is older than the window stays, so that a rate has somewhere to begin.
    while ((this.samples[1]?.ms ?? Infinity) <= ms - windowMs) this.samples.shift();
  }

  perSecond(ms: number, rows: number): number {
    const [first] = this.samples;
    if (!first || ms <= first.ms) return 0;
    return ((rows - first.rows) * 1000) / (ms - first.ms);
  }
}
