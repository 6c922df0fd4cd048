import { graphql } from '../api/generated/index.js';
import type { SyncPageQuery } from '../api/generated/graphql.js';

export const SyncQuery = graphql(`
  query SyncPage($name: String!, $first: Int!, $after: String) {
    sync(name: $name) {
      id
      name
      version
      object
      mode
      onRemoved
      guards {
        name
        rows
        percent
        action
      }
      emptyResult
      firstRun
      uncertain
      snapshots
      quarantineAfter
      mappingChange
      nextRunAt
      nextRuns(first: 6)
      slots(first: 24) {
        edges {
          node {
            at
            slots
            outcome
            why
            isMissed
            runId
            runState
          }
        }
      }
      pausedAt
      pauseReason
      schedule {
        crons
        timezone
        every
        jitter
        within
        except
        after
        when
        manual
      }
      model {
        name
        source
        primaryKey
        duplicates
        sql
        table
      }
      destination {
        name
        type
        pool
        pausedAt
        pauseReason
      }
      key {
        field
        column
      }
      fields {
        field
        kind
        text
        nulls
      }
      lastRun {
        id
        state
      }
      runs(first: $first, after: $after) {
        edges {
          node {
            id
            state
            trigger
            dryRun
            createdAt
            startedAt
            finishedAt
            counts {
              queried
              sent
              rejected
              withheld
              pending
              uncertain
              invalid
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export type Sync = NonNullable<SyncPageQuery['sync']>;
