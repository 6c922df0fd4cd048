import { count } from './count.js';
import { phaseNames, type Run } from './operation.js';
import { elapsed, remaining } from './text.js';

/** How far a run is, on one line: `running  deliver 12 s  4,000 of 12,000 sent  2,310 rows/s  about 4 s left`. */
export function progressLine(run: Run): string {
  const { state, rowsPerSecond, remainingMs } = run;
  const said = [
    state.replaceAll('_', ' '),
    phaseText(run),
    doneText(run),
    rowsPerSecond !== null && rowsPerSecond > 0 && `${count(rowsPerSecond)} rows/s`,
    remainingMs !== null && remainingMs > 0 && `about ${remaining(remainingMs)} left`,
  ];
  return said.filter(Boolean).join('  ');
}

/** With how long it has lasted, which is all that moves in some phases. */
function phaseText({ phase, phases }: Run): string | null {
  const name = phaseNames.find((known) => known === phase);
  const ms = name ? phases[`${name}Ms`] : 0;
  return ms < 1_000 ? phase : `${phase} ${elapsed(ms)}`;
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
