/**
 * How many more jobs an agent has room for: what it advertised last, less what was offered since. An offer may cross with
 * an advertisement that knows nothing of it, so it is held against the agent until the agent's frames say that they do.
 */
export class Room {
  /** Offers that the newest advertisement did not count, by job, with their frames' numbers. */
  private readonly uncounted = new Map<string, bigint>();

  private free = 0;

  get left(): number {
    return Math.max(0, this.free - this.uncounted.size);
  }

  offered(jobId: string, seq: bigint): void {
    this.uncounted.set(jobId, seq);
  }

  /** `ack` is the highest of our frames that the agent had taken in when it said so. */
  advertised(free: number, ack: bigint): void {
    this.free = free;
    for (const [jobId, seq] of this.uncounted) if (seq <= ack) this.uncounted.delete(jobId);
  }

  /** Accepted or refused: the next advertisement counts it, and until then its place is taken. */
  answered(jobId: string): void {
    if (this.uncounted.delete(jobId)) this.free -= 1;
  }
}
