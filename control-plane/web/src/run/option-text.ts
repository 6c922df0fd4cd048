import { countOf } from '../format/number.js';

export interface RunWishes {
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
  canary?: number | null;
  onlyRejected: boolean;
  acceptTypes: boolean;
  mappingChange?: string | null;
}

/** What a run was asked to do differently, in words; empty for an ordinary one. */
export function optionText(wishes: RunWishes): string {
  const { canary, mappingChange } = wishes;
  const said = [
    wishes.full && 'every row again',
    wishes.rebaseline && 'record the rows, send nothing',
    wishes.verify && 'compare every value',
    canary && `at most ${countOf(canary, 'operation')}`,
    wishes.onlyRejected && 'only rows that were rejected',
    wishes.acceptTypes && 'take changed types as they are',
    mappingChange === 'backfill' && 'every row again if the mapping changed',
    mappingChange === 'from-now-on' && 'a changed mapping from now on',
  ];
  return said.filter(Boolean).join(', ');
}
