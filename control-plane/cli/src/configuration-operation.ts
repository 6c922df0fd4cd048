import type { SpecProblem } from '@drawbridge/proto';
import type { Operation } from './api.js';

export interface Change {
  kind: string;
  name: string;
  action: string;
  difference: string[];
  /** What the next run does with rows that did not change, where a sync's mapping does. */
  mapping: string | null;
  /** Then: rows of the last known baseline; null before the first run. */
  baselineRows: number | null;
}

export interface Applied {
  applied: boolean;
  problems: SpecProblem[];
  changes: Change[];
  /** Of the workspace, as it is now; null where nobody asked the server. */
  version: number | null;
}

const appliedFields = `
  applied
  version
  problems { file line column code message path }
  changes { kind name action difference mapping baselineRows }`;

export const applyConfiguration: Operation<
  { applyConfiguration: Applied },
  {
    input: {
      files: { path: string; text: string }[];
      dryRun: boolean;
      expectedVersion: number | null;
    };
  }
> = {
  document: `mutation ApplyConfiguration($input: ApplyConfigurationInput!) {
    applyConfiguration(input: $input) {${appliedFields}}
  }`,
};

export const restoreConfiguration: Operation<
  { restoreConfiguration: Applied },
  { input: { version: number; dryRun: boolean } }
> = {
  document: `mutation RestoreConfiguration($input: RestoreConfigurationInput!) {
    restoreConfiguration(input: $input) {${appliedFields}}
  }`,
};

export interface ConfigurationVersion {
  number: number;
  createdAt: string;
  actor: string;
  actorKind: string;
  door: string;
  changes: number;
  restoredFrom: number | null;
}

export const listVersions: Operation<
  {
    configurationVersions: {
      edges: { node: ConfigurationVersion }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
  },
  { first: number; after: string | null }
> = {
  document: `query ConfigurationVersions($first: Int, $after: String) {
    configurationVersions(first: $first, after: $after) {
      edges { node { number createdAt actor actorKind door changes restoredFrom } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
};

export const configurationDifference: Operation<
  { configurationDifference: Change[] },
  { from: number; to: number | null }
> = {
  document: `query ConfigurationDifference($from: Int!, $to: Int) {
    configurationDifference(from: $from, to: $to) { kind name action difference mapping baselineRows }
  }`,
};

export const configuration: Operation<
  { configuration: { path: string; text: string }[] },
  Record<string, never>
> = {
  document: 'query Configuration { configuration { path text } }',
};
