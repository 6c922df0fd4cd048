import { count } from './count.js';
import type { Run } from './operation.js';
import { remaining } from './text.js';

/** How far a run is, on one line: `running  deliver  4,000 of 12,000 sent  2,310 rows/s  about 4 s left`. */
export function progressLine(run: Run): string {
  const { state, phase, rowsPerSecond, remainingMs } = run;
  const said = [
    state.replaceAll('_', ' '),
    phase,
    doneText(run),
    rowsPerSecond !== null && rowsPerSecond > 0 && `${count(rowsPerSecond)} rows/s`,
    remainingMs !== null && remainingMs > 0 && `about ${remaining(remainingMs)} left`,
  ];
  return said.filter(Boolean).join('  ');
}

function doneText({ phase, planned, counts }: Run): string {
  if (phase !== 'deliver') return `${count(counts.queried)} rows`;
  const done = counts.sent + counts.skipped + counts.rejected + counts.uncertain;
  return `${count(done)} of ${count(planned)} sent`;
}

const everyMs = 1_000;

/** Shows a line at most once a second, but what is new in kind (another state or phase) at once. */
export function makeLiveLine(live: (line: string) => void, now: () => number): (run: Run) => void {
  let [shown, at] = ['', -Infinity];
  return (run) => {
    const kind = `${run.state} ${run.phase ?? ''}`;
    if (kind === shown && now() - at < everyMs) return;
    [shown, at] = [kind, now()];
    live(progressLine(run));
  };
}
