import type { Crash } from '../../crash-point.js';
import type { Disturbance } from './trial.js';

/** A run that dies at the first one; the run that recovers from it dies at the second, and so on. */
export function crashes(...at: readonly Crash[]): Disturbance {
  return {
    name: at.map(nameOf).join(', '),
    happen: async (sync, { request, goOn }) => {
      let happened = false;
      for (const [n, crash] of at.entries()) {
        const isDead = await sync.crash(crash, request);
        if (n === 0) happened = isDead;
        await goOn();
      }
      return { happened, runs: at.length };
    },
  };
}

/**
 * A run whose machine is suspended at a point until its lease is over and another agent has finished the work; then it
 * goes on (invariant 4). Whatever it still does must not be seen.
 */
export function frozen(at: Crash): Disturbance {
  return {
    name: `frozen at ${nameOf(at)}`,
    happen: async (sync, { request, goOn }) => {
      const zombie = await sync.freeze(at, request);
      if (!zombie) return { happened: false, runs: 1 };
      await goOn();
      await sync.run(request);
      const mark = (await sync.far.taken()).length;
      const woken = await zombie.wake();
      const late = (await sync.far.taken(mark)).length;
      const violations = late > 0 ? [`4: a run whose lease was over wrote ${late} rows`] : [];
      if (woken.kind === 'told' && woken.answer.report.outcome === 'succeeded' && !isDone(at))
        violations.push('4: a run whose lease was over says that it succeeded');
      return { happened: true, runs: 2, violations };
    },
  };
}

/** There the run had done all that needs a lease. */
const isDone = ({ point }: Crash): boolean => point === 'head.after' || point.startsWith('report.');

function nameOf({ point, nth }: Crash): string {
  return `${point}:${nth}`;
}
