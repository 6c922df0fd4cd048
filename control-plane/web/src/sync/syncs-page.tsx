import { Text } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { CodeBlock } from '../part/code-block.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { isLive } from '../run/run-state.js';
import { SyncTable } from './sync-table.js';

const SyncsQuery = graphql(`
  query Syncs($first: Int!) {
    syncs(first: $first) {
      edges {
        node {
          id
          name
          mode
          nextRunAt
          pausedAt
          schedule {
            cron
            timezone
            every
            manual
          }
          model {
            name
            source
          }
          destination {
            name
          }
          object
          lastRun {
            id
            state
            phase
            dryRun
            createdAt
            counts {
              sent
              rejected
              withheld
              pending
              uncertain
              invalid
            }
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

const pageLength = 50;
/** Milliseconds between looks, while a run moves and while none does. */
const pollMs = { moving: 2_000, still: 10_000 };

export function SyncsPage() {
  const [first, setFirst] = useState(pageLength);
  const [isMoving, setIsMoving] = useState(false);
  const { data, error, ask } = useSyncs(first, isMoving ? pollMs.moving : pollMs.still);
  const syncs = data?.syncs.edges.map(({ node }) => node);
  const moves = syncs?.some(({ lastRun }) => lastRun && isLive(lastRun.state)) ?? false;
  if (moves !== isMoving) setIsMoving(moves);
  return (
    <>
      <PageHead title="Syncs">What is kept in step, and how the last run went.</PageHead>
      {syncs ? (
        <Panel isFlush>
          {syncs.length === 0 ? <FirstStep /> : <SyncTable syncs={syncs} />}
          <MoreButton
            isShown={data?.syncs.pageInfo.hasNextPage ?? false}
            isBusy={syncs.length < first - pageLength}
            more={() => setFirst(first + pageLength)}
          >
            Show more syncs
          </MoreButton>
        </Panel>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the syncs" />
      )}
    </>
  );
}

/** A longer list is asked for whole; until it comes, the shorter one stays. */
function useSyncs(first: number, everyMs: number) {
  const polled = usePolledQuery(SyncsQuery, { first }, everyMs);
  const [shown, setShown] = useState(polled.data);
  if (polled.data && polled.data !== shown) setShown(polled.data);
  return { ...polled, data: polled.data ?? shown };
}

const FirstStep = () => (
  <Empty title="No syncs yet">
    <Text c="dimmed">
      Syncs are written down as configuration: a source, a model, a destination, and which column
      goes where. See an agent come online under Agents first, then look at what would change and
      apply it:
    </Text>
    <div style={{ width: '100%' }}>
      <CodeBlock
        what="the first commands"
        text={'drawbridge plan ./my-syncs\ndrawbridge apply ./my-syncs'}
      />
    </div>
  </Empty>
);
