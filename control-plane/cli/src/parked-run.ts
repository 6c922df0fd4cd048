import type { Run } from './operation.js';
import { plural } from './text.js';

/** Why a parked run stands still, and how to say yes or no to another try; nothing of any other run. */
export function parkedLines({ id, state, lapses }: Run): string[] {
  if (state !== 'parked') return [];
  return [
    `  Parked: ${plural(lapses.length, 'time')} an agent took it and fell silent. It starts no more by itself.`,
    ...lapses.map(
      ({ agent, leasedAt, lapsedAt }) =>
        `    agent ${agent} took it at ${leasedAt}, given up at ${lapsedAt}`,
    ),
    `  When the agents are well, go on with: drawbridge release ${id}`,
    `  If it is not wanted, end it with:     drawbridge cancel ${id}`,
  ];
}
