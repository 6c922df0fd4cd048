import { yamlOfSyncs } from '../../job/testing/ground.js';

/** How many there are. */
export interface Syncs {
  syncs: number;
  /** Syncs with a schedule of their own. */
  clocks: number;
  /** Syncs that another one follows, and that one another. */
  chains: number;
}

/** Between the slots of a clock, and how late the run of one may begin, in seconds. */
export const everySeconds = 4;
export const startWithinSeconds = 2;

/**
 * `sync-0` …: those of an even number are started by hand, the others get slots that are written down as they are made.
 * `tick-0` …: a schedule of their own. `chain-n` follows `sync-n`, `link-n` that one. The latter two start for each slot and
 * each end, however late.
 */
export function yamlOfArena({ syncs, clocks, chains }: Syncs): string {
  const each = `catchUp: all, startWithin: ${startWithinSeconds}s`;
  return [
    yamlOfSyncs(syncs),
    ...named(clocks, 'tick', () => `${each}, schedule: { every: ${everySeconds}s }`),
    ...named(chains, 'chain', (n) => `${each}, schedule: { after: sync-${n}, when: always }`),
    ...named(chains, 'link', (n) => `${each}, schedule: { after: chain-${n}, when: always }`),
  ].join('');
}

const named = (count: number, name: string, rules: (n: number) => string): string[] =>
  Array.from(
    { length: count },
    (_, n) =>
      `  ${name}-${n}: { model: people, destination: app, object: public.${name}_${n}, mode: upsert, key: { id: id }, fields: { name: name }, ${rules(n)} }\n`,
  );
