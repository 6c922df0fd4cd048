import { countOf } from '../format/number.js';
import { wishes, type WishName } from './wish.js';

export interface RunOptions {
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
  canary?: number | null;
  onlyRejected: boolean;
  acceptTypes: boolean;
  mappingChange?: string | null;
}

/** What a run was asked to do differently, in the words it is asked with; empty for an ordinary one. */
export function optionText(options: RunOptions): string {
  const { canary, mappingChange } = options;
  const said = [
    options.full && wordsOf('full'),
    options.rebaseline && wordsOf('rebaseline'),
    options.verify && wordsOf('verify'),
    canary && `at most ${countOf(canary, 'operation')}`,
    options.onlyRejected && wordsOf('onlyRejected'),
    options.acceptTypes && wordsOf('acceptTypes'),
    mappingChange === 'backfill' && wordsOf('backfill'),
    mappingChange === 'from-now-on' && wordsOf('fromNowOn'),
  ];
  return said.filter(Boolean).join(', ');
}

function wordsOf(name: WishName): string {
  const { label } = wishes[name];
  return label.charAt(0).toLowerCase() + label.slice(1);
}
