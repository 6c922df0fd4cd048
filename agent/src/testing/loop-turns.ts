/** What a piece of work did to the event loop of the thread that waited for it. */
export interface Turns {
  /** The longest that the loop was kept from a timer: processor time of this thread, so that a busy machine adds nothing. */
  longestMs: number;
  /** Of the processor time that all threads of the process took meanwhile. */
  shareOfThread: number;
}

/**
 * Watches the loop while `work` runs: a timer of 1 ms notes how much processor time the thread took since the last one.
 * A loop that is free gives it about each millisecond, one that is starved gives it when the work is over.
 */
export async function turnsDuring(work: () => Promise<unknown>): Promise<Turns> {
  const thread = process.threadCpuUsage();
  const all = process.cpuUsage();
  let last = threadMs();
  let longestMs = 0;
  const look = (): void => {
    const now = threadMs();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  try {
    await work();
  } finally {
    look();
    clearInterval(timer);
  }
  const [ours, together] = [process.threadCpuUsage(thread), process.cpuUsage(all)];
  return {
    longestMs,
    shareOfThread: (ours.user + ours.system) / (together.user + together.system),
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
