import { isOver } from './run-state.js';

/** Of two reports on one run, in the order in which they came: a run that is over stays over. */
export function laterOf<R extends { id: string; state: string }>(
  known: R | undefined,
  heard: R,
): R {
  if (!known || known.id !== heard.id) return heard;
  return isOver(known.state) && !isOver(heard.state) ? known : heard;
}
