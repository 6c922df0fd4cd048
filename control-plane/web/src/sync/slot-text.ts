import { stateOf } from '../run/run-state.js';
import type { Look } from '../run/run-state.js';

export interface PastSlot {
  at: string;
  slots: number;
  outcome: string;
  why: string | null;
  isMissed: boolean;
  runId: string | null;
  runState: string | null;
}

export interface SlotWords {
  look: Look;
  /** What became of it, as a whole sentence or two. */
  text: string;
}

/** How a slot of the past looks, and what is said of it. */
export function slotWords(slot: PastSlot): SlotWords {
  const { slots, why, isMissed, runId } = slot;
  const { look, label } = endOf(slot);
  const several = slots > 1 ? ` It stands for ${slots} slots.` : '';
  const late = isMissed && runId !== null ? ' Late.' : '';
  return {
    look: isMissed && runId !== null && look === 'good' ? 'partial' : look,
    text: `${label}.${late}${why ? ` ${why}` : ''}${several}`,
  };
}

function endOf({ outcome, isMissed, runId, runState }: PastSlot): { look: Look; label: string } {
  if (runId !== null) return runState ? stateOf(runState) : { look: 'still', label: 'Ran' };
  if (outcome === 'waiting') return { look: 'waiting', label: 'Waits' };
  return isMissed ? { look: 'bad', label: 'Missed' } : { look: 'still', label: 'Left out' };
}
