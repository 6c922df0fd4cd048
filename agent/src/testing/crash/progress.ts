import type { Verdict } from './trial.js';

/** How often it says how far it is. */
const everyMs = 15_000;

/** Tells what went wrong at once, and now and then how far the suite is. */
export function openProgress(
  total: number,
  say: (line: string) => void,
): { tried(name: string, verdict: Verdict): void } {
  const begunAt = performance.now();
  let toldAt = begunAt;
  let done = 0;
  let violations = 0;
  return {
    tried: (name, verdict) => {
      done += 1;
      violations += verdict.violations.length;
      for (const what of verdict.violations) say(`BAD ${name}: ${what}`);
      if (!verdict.happened && verdict.violations.length === 0)
        say(`--  ${name}: nothing happened`);
      const now = performance.now();
      if (now - toldAt < everyMs && done < total) return;
      toldAt = now;
      const minutes = (((now - begunAt) / done) * (total - done)) / 60_000;
      say(`trial ${done}/${total}, ${violations} violations, about ${Math.ceil(minutes)} min left`);
    },
  };
}
