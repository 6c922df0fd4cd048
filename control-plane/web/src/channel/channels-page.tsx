import { Text } from '@mantine/core';
import { usePolledQuery } from '../api/polled-query.js';
import { ForRole } from '../frame/role.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { ChannelDialog } from './channel-dialog.js';
import { ChannelTable } from './channel-table.js';
import { ChannelsQuery } from './channels-query.js';

const title = 'Channels';
const pollMs = 15_000;

/** Who is told of alerts and events. */
export const ChannelsPage = () => (
  <ForRole least="admin" title={title}>
    <Channels />
  </ForRole>
);

function Channels() {
  const { data, error, ask } = usePolledQuery(ChannelsQuery, {}, pollMs);
  return (
    <>
      <PageHead title={title} actions={<ChannelDialog label="Add a channel" changed={ask} />}>
        Who is told: people of alerts, by Slack, PagerDuty or mail; programs, by signed webhooks.
      </PageHead>
      {data ? (
        <Panel isFlush>
          {data.channels.length === 0 ? <NoChannels /> : <ChannelTable channels={data.channels} />}
        </Panel>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the channels" />
      )}
    </>
  );
}

const NoChannels = () => (
  <Empty title="Nobody is told yet">
    <Text c="dimmed">
      Alerts stand on the page “Alerts” alone until there is a channel. Add one, and send a test
      through it.
    </Text>
  </Empty>
);
