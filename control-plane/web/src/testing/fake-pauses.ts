import { minutesAgo } from './sample.js';

export interface Pausable {
  id: string;
  name: string;
  pausedAt: string | null;
  pauseReason: string | null;
}

const going = { pausedAt: null, pauseReason: null };

export const samplePools = (): Pausable[] => [
  { id: 'p1', name: 'default', ...going },
  { id: 'p2', name: 'eu-private', ...going },
];

export const sampleDestinations = () => [
  { id: 'd1', name: 'app-db', type: 'postgres', pool: 'default', ...going } as Pausable,
];

interface Pauses {
  syncs: Pausable[];
  pools: Pausable[];
  destinations: Pausable[];
}

type Wish = { input: { sync?: string; pool?: string; destination?: string; reason?: string } };

export function pauseRoot({ syncs, pools, destinations }: Pauses) {
  const set = (all: Pausable[], name: string | undefined, pause: object) => {
    const found = all.find((one) => one.name === name);
    return found && Object.assign(found, pause);
  };
  const paused = (reason = '') => ({ pausedAt: minutesAgo(0), pauseReason: reason || null });
  return {
    pauseSync: ({ input }: Wish) => ({ sync: set(syncs, input.sync, paused(input.reason)) }),
    resumeSync: ({ input }: Wish) => ({ sync: set(syncs, input.sync, going) }),
    pausePool: ({ input }: Wish) => ({ pool: set(pools, input.pool, paused(input.reason)) }),
    resumePool: ({ input }: Wish) => ({ pool: set(pools, input.pool, going) }),
    pauseDestination: ({ input }: Wish) => ({
      destination: set(destinations, input.destination, paused(input.reason)),
    }),
    resumeDestination: ({ input }: Wish) => ({
      destination: set(destinations, input.destination, going),
    }),
  };
}
