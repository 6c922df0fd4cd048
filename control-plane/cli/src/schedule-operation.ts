import type { Operation } from './api.js';

export interface Slot {
  at: string;
  slots: number;
  outcome: string;
  reason: string | null;
  why: string | null;
  isMissed: boolean;
  runId: string | null;
  runState: string | null;
  upstreamRunId: string | null;
}

export interface SyncSchedule {
  name: string;
  pausedAt: string | null;
  nextRuns: string[];
  schedule: { after: string | null; when: string | null; manual: boolean };
  slots: {
    edges: { node: Slot }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

export const readSchedule: Operation<
  { sync: SyncSchedule | null },
  { sync: string; next: number; first: number; after: string | null }
> = {
  document: `query Schedule($sync: String!, $next: Int, $first: Int, $after: String) {
    sync(name: $sync) {
      name pausedAt nextRuns(first: $next) schedule { after when manual }
      slots(first: $first, after: $after) {
        edges { node { at slots outcome reason why isMissed runId runState upstreamRunId } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
};
