import type { Section } from '@drawbridge/proto';

/** What one entry of a section is called, for people and in what is kept of it. */
export const kinds = {
  sources: 'source',
  destinations: 'destination',
  models: 'model',
  syncs: 'sync',
  alerts: 'alert',
} as const satisfies Record<Section, string>;
