export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** `{ queryMs: 80, diffMs: 20 }` as `query 0.08 s · diff 0.02 s`. */
export const phasesText = (phases: Readonly<Record<string, number>>): string =>
  Object.entries(phases)
    .map(([phase, ms]) => `${phase.replace(/Ms$/, '')} ${seconds(ms)}`)
    .join(' · ');
