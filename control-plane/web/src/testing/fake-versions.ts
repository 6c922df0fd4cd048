import { GraphQLError } from 'graphql';
import { pageOf, type Page } from './page-of.js';
import { minutesAgo } from './sample.js';

export interface FakeVersion {
  number: number;
  createdAt: string;
  actor: string;
  actorKind: string;
  door: string;
  changes: number;
  restoredFrom: number | null;
}

/** Newest first. */
export const sampleVersions = (): FakeVersion[] =>
  Array.from({ length: 4 }, (_, place) => ({
    number: 4 - place,
    createdAt: minutesAgo(60 * 30 * place + 12),
    actor: place === 1 ? 'ci-of-the-data-platform-team-that-applies-the-configuration' : 'Ada',
    actorKind: place === 1 ? 'key' : 'user',
    door: place === 1 ? 'cli' : 'ui',
    changes: place + 1,
    restoredFrom: place === 0 ? 2 : null,
  }));

const sampleChanges = [
  {
    action: 'update',
    kind: 'sync',
    name: 'customers-to-app',
    difference: [
      '-  mode: upsert',
      '+  mode: mirror',
      '+  onRemoved: delete',
      '+  guards: { removed: { rows: 10, percent: 10, action: withhold }, changed: { rows: 5000, percent: 25, action: approve } }',
    ],
    mapping: 'backfill',
    baselineRows: 1_204_339,
  },
  {
    action: 'remove',
    kind: 'model',
    name: 'a-model-that-nobody-reads-any-more',
    difference: ['-  source: warehouse', '-  table: marts.old'],
    mapping: null,
    baselineRows: null,
  },
];

interface Versioned {
  versions: FakeVersion[];
}

export interface RestoreWish {
  version: number;
  dryRun: boolean | null;
  expectedVersion?: number | null;
}

export const versionRoot = (state: Versioned) => {
  const newest = () => state.versions[0]?.number ?? 0;
  return {
    configurationVersions: (page: Page) => {
      const withIds = state.versions.map((one) => ({ ...one, id: String(one.number) }));
      return pageOf(withIds, page);
    },
    configurationDifference: ({ from, to }: { from: number; to: number | null }) => {
      if (Math.max(from, to ?? 0) > newest())
        throw new GraphQLError(`There is no version ${Math.max(from, to ?? 0)}.`, {
          extensions: { code: 'configuration.version_not_found' },
        });
      return from === to ? [] : sampleChanges;
    },
    restoreConfiguration: ({ input }: { input: RestoreWish }) => {
      const { version, dryRun, expectedVersion } = input;
      if (typeof expectedVersion === 'number' && expectedVersion !== newest())
        throw new GraphQLError('The configuration was changed meanwhile. Look again.', {
          extensions: { code: 'configuration.changed' },
        });
      const [latest] = state.versions;
      if (!dryRun && latest)
        state.versions.unshift({ ...latest, number: newest() + 1, restoredFrom: version });
      return { applied: !dryRun, changes: sampleChanges, problems: [], version: newest() };
    },
  };
};
