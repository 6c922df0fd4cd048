import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { useClient, useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Empty, Loading, NoAnswer, Refusal } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { Panel } from '../part/panel.js';
import { deliveryStates, deliveryStateText } from './channel-words.js';
import { DeliveryTable } from './delivery-table.js';

const DeliveriesQuery = graphql(`
  query Deliveries($first: Int!, $after: String, $filter: DeliveryFilter) {
    deliveries(first: $first, after: $after, filter: $filter) {
      edges {
        node {
          id
          kind
          recipient
          body
          state
          attempts
          nextAttemptAt
          createdAt
          settledAt
          tries {
            number
            at
            durationMs
            status
            problem
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

const ReplayMutation = graphql(`
  mutation ReplayDelivery($input: ReplayDeliveryInput!) {
    replayDelivery(input: $input) {
      delivery {
        id
        state
      }
    }
  }
`);

const pageLength = 25;
const pollMs = 4_000;

/** What a channel was and is to be sent, newest first. */
export function Deliveries({ channelId }: { channelId: string }) {
  const [state, setState] = useState('');
  return (
    <Panel title="Deliveries" hint="Kept for 30 days." isFlush>
      <NativeSelect
        aria-label="Which deliveries"
        px={20}
        pb="sm"
        maw={300}
        data={[
          { value: '', label: 'All of them' },
          ...deliveryStates.map((value) => ({ value, label: deliveryStateText(value) })),
        ]}
        value={state}
        onChange={(event) => setState(event.currentTarget.value)}
      />
      <DeliveryList key={state} channelId={channelId} state={state} />
    </Panel>
  );
}

function DeliveryList({ channelId, state }: { channelId: string; state: string }) {
  const wanted = { first: pageLength, filter: { channelId, state: state || null } };
  const { data, error, ask } = usePolledQuery(DeliveriesQuery, wanted, pollMs);
  const [replayed, replay] = useMutation(ReplayMutation);
  const client = useClient();
  const deliveries = useGrowingList(data?.deliveries, async (after) => {
    const asked = { ...wanted, after };
    const answer = client.query(DeliveriesQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.deliveries;
  });
  if (!data)
    return error ? <NoAnswer error={error} ask={ask} /> : <Loading what="the deliveries" />;
  if (deliveries.nodes.length === 0) return <NoDeliveries isFiltered={state !== ''} />;
  return (
    <>
      <Refusal error={replayed.error} />
      <DeliveryTable
        deliveries={deliveries.nodes}
        replay={(id) => void replay({ input: { id } }).then(ask)}
      />
      <MoreButton isShown={deliveries.hasMore} isBusy={deliveries.isBusy} more={deliveries.more}>
        Show earlier deliveries
      </MoreButton>
    </>
  );
}

const NoDeliveries = ({ isFiltered }: { isFiltered: boolean }) => (
  <Empty title={isFiltered ? 'None is like that' : 'Nothing was sent yet'}>
    <Text c="dimmed">
      {isFiltered
        ? 'Choose all of them to see the others.'
        : 'A test that is sent through it shows whether the others would arrive.'}
    </Text>
  </Empty>
);
