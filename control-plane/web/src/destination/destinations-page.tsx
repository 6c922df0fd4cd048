import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useClient } from 'urql';
import type { DestinationsPageQuery as DestinationsData } from '../api/generated/graphql.js';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { DataTable, type Column } from '../part/data-table.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { PauseDestination } from '../pause/pause-destination.js';
import { PauseNote } from '../pause/pause-note.js';

const DestinationsQuery = graphql(`
  query DestinationsPage($first: Int!, $after: String) {
    destinations(first: $first, after: $after) {
      edges {
        node {
          id
          name
          type
          pool
          pausedAt
          pauseReason
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
const pollMs = 10_000;

/** Where rows go, and which of them is paused. */
export function DestinationsPage() {
  const { data, error, ask } = usePolledQuery(DestinationsQuery, { first: pageLength }, pollMs);
  const destinations = useDestinations(data?.destinations);
  return (
    <>
      <PageHead title="Destinations">
        Where rows go. One that has trouble can be paused: its runs wait, and nothing is lost.
      </PageHead>
      {data ? (
        <Panel isFlush>
          {destinations.nodes.length === 0 ? (
            <NoDestinations />
          ) : (
            <DataTable
              caption="Destinations"
              columns={columnsFor(ask)}
              rows={destinations.nodes}
              keyOf={({ id }) => id}
            />
          )}
          <MoreButton
            isShown={destinations.hasMore}
            isBusy={destinations.isBusy}
            more={destinations.more}
          >
            Show more destinations
          </MoreButton>
        </Panel>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the destinations" />
      )}
    </>
  );
}

function useDestinations(first: DestinationsData['destinations'] | undefined) {
  const client = useClient();
  return useGrowingList(first, async (after) => {
    const asked = { first: pageLength, after };
    const answer = client.query(DestinationsQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.destinations;
  });
}

type DestinationRow = DestinationsData['destinations']['edges'][number]['node'];

const columnsFor = (ask: () => void): Column<DestinationRow>[] => [
  {
    header: 'Destination',
    isHeading: true,
    cell: ({ name, pausedAt, pauseReason }) => (
      <>
        <Text fz="inherit" fw={550} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        {pausedAt && (
          <Text size="sm" component="div">
            <PauseNote since={pausedAt} reason={pauseReason} />
          </Text>
        )}
      </>
    ),
  },
  { header: 'Type', cell: ({ type }) => type },
  { header: 'Pool', cell: ({ pool }) => pool },
  {
    header: 'Runs',
    cell: ({ name }) => (
      <Anchor
        component={Link}
        to="/runs"
        search={{ destination: name } as never}
        fz="inherit"
        aria-label={`Runs to ${name}`}
      >
        Show
      </Anchor>
    ),
  },
  {
    header: 'Pause',
    cell: (destination) => <PauseDestination destination={destination} ask={ask} />,
  },
];

const NoDestinations = () => (
  <Empty title="No destinations yet">
    <Text c="dimmed">
      A destination is configuration: write down how it is reached and with which secrets, and apply
      it.
    </Text>
  </Empty>
);
