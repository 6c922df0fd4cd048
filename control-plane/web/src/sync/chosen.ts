import type { StartRunInput } from '../api/generated/graphql.js';
import { canaryOf } from '../run/canary.js';
import { wishNames, type Wishes } from '../run/wish.js';
import type { RunSearch } from './run-search.js';

/** What is chosen in the dialog. */
export interface Chosen {
  wishes: Wishes;
  /** How many operations a canary may send, as it was typed. */
  canary: string;
}

export const chosenOf = (asked: RunSearch['with']): Chosen => ({
  wishes: asked === undefined || asked === 'options' ? {} : { [asked]: true },
  canary: '100',
});

/** What to ask the server for; undefined while the number of a canary is none. */
export function inputOf({ wishes, canary }: Chosen): Omit<StartRunInput, 'sync'> | undefined {
  const flags = Object.fromEntries(
    wishNames.filter((name) => name !== 'canary' && wishes[name]).map((name) => [name, true]),
  );
  if (!wishes.canary) return flags;
  const operations = canaryOf(canary);
  return operations === undefined ? undefined : { ...flags, canary: operations };
}
