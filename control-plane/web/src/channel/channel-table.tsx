import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { countText } from '../format/number.js';
import { DataTable, type Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { deliveryStateText, kindText, problemText } from './channel-words.js';
import type { Channel } from './channels-query.js';

export const ChannelTable = ({ channels }: { channels: readonly Channel[] }) => (
  <DataTable caption="Channels" columns={columns} rows={channels} keyOf={({ id }) => id} />
);

const columns: Column<Channel>[] = [
  {
    header: 'Channel',
    isHeading: true,
    cell: ({ id, name, address }) => (
      <>
        <Anchor component={Link} to={`/channels/${id}`} fw={550} fz="inherit">
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {address}
        </Text>
      </>
    ),
  },
  { header: 'Kind', cell: ({ kind }) => kindText(kind) },
  { header: 'State', cell: ({ disabledAt }) => <State disabledAt={disabledAt} /> },
  { header: 'Last delivery', cell: ({ lastDelivery }) => <Last delivery={lastDelivery} /> },
  {
    header: 'Failed in 30 days',
    isNumber: true,
    cell: ({ deadDeliveries }) => countText(deadDeliveries),
  },
];

export const State = ({ disabledAt }: { disabledAt: string | null | undefined }) =>
  disabledAt ? (
    <Text span inherit c="var(--db-partial)">
      {'Disabled '}
      <When time={disabledAt} />
    </Text>
  ) : (
    'On'
  );

function Last({ delivery }: { delivery: Channel['lastDelivery'] }) {
  if (!delivery)
    return (
      <Text fz="inherit" c="dimmed">
        None yet
      </Text>
    );
  const [last] = delivery.tries;
  return (
    <>
      {deliveryStateText(delivery.state)} <When time={delivery.createdAt} />
      {delivery.state !== 'delivered' && last?.problem && (
        <Text size="xs" c="var(--db-bad)">
          {problemText(last.problem, last.status)}
        </Text>
      )}
    </>
  );
}
