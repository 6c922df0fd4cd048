import { Button, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useClient } from 'urql';
import type { SyncsQuery as SyncsData } from '../api/generated/graphql.js';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { AtLeast } from '../frame/role.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { CodeBlock } from '../part/code-block.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { isLive } from '../run/run-state.js';
import { SyncTable } from './sync-table.js';

const SyncsQuery = graphql(`
  query Syncs($first: Int!, $after: String) {
    syncs(first: $first, after: $after) {
      edges {
        node {
          id
          name
          mode
          nextRunAt
          pausedAt
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
        endCursor
      }
    }
  }
`);

const pageLength = 50;
/** Milliseconds between looks, while a run moves and while none does. */
const pollMs = { moving: 2_000, still: 10_000 };

export function SyncsPage() {
  const [isMoving, setIsMoving] = useState(false);
  const everyMs = isMoving ? pollMs.moving : pollMs.still;
  const { data, error, ask } = usePolledQuery(SyncsQuery, { first: pageLength }, everyMs);
  const syncs = useSyncs(data?.syncs);
  const moves = syncs.nodes.some(({ lastRun }) => lastRun && isLive(lastRun.state));
  if (moves !== isMoving) setIsMoving(moves);
  return (
    <>
      <PageHead title="Syncs" actions={<DraftLink />}>
        What is kept in step, and how the last run went.
      </PageHead>
      {data ? (
        <Panel isFlush>
          {syncs.nodes.length === 0 ? <FirstStep /> : <SyncTable syncs={syncs.nodes} />}
          <MoreButton isShown={syncs.hasMore} isBusy={syncs.isBusy} more={syncs.more}>
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

function useSyncs(first: SyncsData['syncs'] | undefined) {
  const client = useClient();
  return useGrowingList(first, async (after) => {
    const asked = { first: pageLength, after };
    const answer = client.query(SyncsQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.syncs;
  });
}

const DraftLink = () => (
  <AtLeast least="editor">
    <Button variant="default" renderRoot={(props) => <Link to="/draft" {...props} />}>
      Draft a sync
    </Button>
  </AtLeast>
);

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
