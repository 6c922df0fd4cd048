import { Group, Stack } from '@mantine/core';
import { usePolledQuery } from '../api/polled-query.js';
import { ForRole } from '../frame/role.js';
import { Missing } from '../frame/missing-page.js';
import { Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { ChannelActions } from './channel-actions.js';
import { ChannelDialog } from './channel-dialog.js';
import { State } from './channel-table.js';
import { kindText } from './channel-words.js';
import { ChannelsQuery } from './channels-query.js';
import { Deliveries } from './deliveries.js';

const pollMs = 15_000;

/** One channel: how it goes with what it is sent, and what can be done about it. */
export const ChannelPage = ({ id }: { id: string }) => (
  <ForRole least="admin" title="Channel">
    <OneChannel id={id} />
  </ForRole>
);

function OneChannel({ id }: { id: string }) {
  const { data, error, ask } = usePolledQuery(ChannelsQuery, {}, pollMs);
  const channel = data?.channels.find((one) => one.id === id);
  if (data && !channel) return <Missing title="There is no such channel" />;
  if (!channel)
    return error ? <NoAnswer error={error} ask={ask} /> : <Loading what="the channel" />;
  const { name, kind, address, kinds, disabledAt } = channel;
  return (
    <>
      <PageHead
        title={name}
        crumbs={[{ label: 'Channels', to: '/channels' }]}
        actions={
          <Group gap="sm" align="flex-start">
            <ChannelDialog key={address} label="Change" channel={channel} changed={ask} />
            <ChannelActions channel={channel} ask={ask} />
          </Group>
        }
      >
        <span style={{ overflowWrap: 'anywhere' }}>{`${kindText(kind)} · ${address} · `}</span>
        <State disabledAt={disabledAt} />
        {kind === 'webhook' && <div>{`Told of ${kinds.join(', ')}`}</div>}
      </PageHead>
      <Stack gap="md">
        <Deliveries channelId={id} />
      </Stack>
    </>
  );
}
