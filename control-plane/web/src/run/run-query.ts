import { useEffect, useState } from 'react';
import { useSubscription } from 'urql';
import { graphql } from '../api/generated/index.js';
import type { RunPageQuery } from '../api/generated/graphql.js';
import { socketOpen } from '../api/line.js';
import { usePolledQuery } from '../api/polled-query.js';
import { useStore } from '../api/store.js';
import { laterOf } from './run-order.js';
import { isLive } from './run-state.js';

export const RunParts = graphql(`
  fragment RunParts on Run {
    id
    sync
    version
    state
    trigger
    agent
    phase
    pausedBy
    dryRun
    planned
    rowsPerSecond
    remainingMs
    planDigest
    policyDigest
    heldBy
    waitingSince
    lapses {
      agent
      leasedAt
      lapsedAt
    }
    resumed
    resentForMapping
    options {
      full
      rebaseline
      verify
      canary
      onlyRejected
      undo
      acceptTypes
      mappingChange
    }
    approvals {
      by
      createdAt
    }
    peakBytes
    bucketBytes
    createdAt
    startedAt
    finishedAt
    cancelRequestedAt
    counts {
      queried
      unchanged
      added
      changed
      removed
      invalid
      sent
      skipped
      rejected
      withheld
      pending
      uncertain
    }
    phases {
      queryMs
      snapshotMs
      diffMs
      planMs
      deliverMs
      recordMs
    }
    errors {
      ...TroubleParts
    }
    failure {
      ...TroubleParts
    }
    baseline {
      generation
      key
      sha256
      rows
      bytes
    }
  }
`);

export const TroubleParts = graphql(`
  fragment TroubleParts on RunError {
    code
    vendorCode
    count
    errorId
    title
    advice
  }
`);

const RunQuery = graphql(`
  query RunPage($id: ID!) {
    run(id: $id) {
      ...RunParts
    }
  }
`);

const RunUpdated = graphql(`
  subscription RunUpdated($id: ID!) {
    runUpdated(id: $id) {
      ...RunParts
    }
  }
`);

export type Run = NonNullable<RunPageQuery['run']>;

/** Milliseconds between questions about a run. */
const pollMs = { over: 60_000, told: 5_000, untold: 1_000 };

/** A run as it moves: told by the socket while there is one, asked for otherwise. */
export function useRun(id: string) {
  const [run, setRun] = useState<Run>();
  const hear = (heard: Run) => setRun((known) => laterOf(known, heard));
  const live = !run || isLive(run.state);
  const isOpen = useStore(socketOpen);

  const [told] = useSubscription({ query: RunUpdated, variables: { id }, pause: !run || !live });
  const update = told.data?.runUpdated;
  useEffect(() => {
    if (update) hear(update);
  }, [update]);

  // Only news shows that the server has taken the subscription in; until then nothing may be missed.
  const isTold = isOpen && update !== undefined;
  const polled = usePolledQuery(
    RunQuery,
    { id },
    live ? (isTold ? pollMs.told : pollMs.untold) : pollMs.over,
  );
  const asked = polled.data?.run;
  useEffect(() => {
    if (asked) hear(asked);
  }, [asked]);

  return { run, hear, isMissing: polled.data?.run === null, error: polled.error, ask: polled.ask };
}
