import { FirstRun, compileSync, parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import type { DestinationDefinition } from '../connector/destination.js';
import { withOptions } from './sync-job.js';
import { syncRequestOf } from './sync-request.js';

const destination = (firstRun: 'send' | 'baseline'): DestinationDefinition => ({
  name: 'somewhere',
  label: 'Somewhere',
  settings: {},
  secrets: {},
  place: [],
  limits: { requestsPerSecond: 0, concurrency: 1 },
  objects: [
    {
      name: '*',
      label: 'Anything',
      modes: ['upsert', 'mirror'],
      removals: ['nothing', 'delete'],
      firstRun,
      needsKey: true,
      options: {},
    },
  ],
  open: () => {
    throw new Error('Nobody opens it.');
  },
});

const yaml = `
sources: { s: { type: postgres } }
destinations: { d: { type: somewhere } }
models: { m: { source: s, primaryKey: [id], table: t } }
syncs: { x: { model: m, destination: d, object: o, mode: upsert, key: { id: id } } }
`;

it.each([
  [FirstRun.UNSPECIFIED, 'send', 'send'],
  [FirstRun.UNSPECIFIED, 'baseline', 'baseline'],
  [FirstRun.SEND, 'baseline', 'send'],
  [FirstRun.BASELINE, 'send', 'baseline'],
] as const)(
  'does in a first run what the sync says, else what the object does',
  (asked, own, then) => {
    const { specification } = parseSpecification([{ path: 'a.yaml', text: yaml }]);
    const ids = { workspaceId: 'w', syncId: 's', version: 1 };
    const spec = { ...compileSync(specification!, 'x', ids), firstRun: asked };
    const request = syncRequestOf(spec, { runId: 'r', options: undefined });
    const to = { definition: destination(own), place: '' };
    expect(withOptions(request, spec, to).firstRun).toBe(then);
  },
);
