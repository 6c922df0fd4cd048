import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useClient } from 'urql';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { AtLeast } from '../frame/role.js';
import { Missing } from '../frame/missing-page.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { PauseNote } from '../pause/pause-note.js';
import { isLive } from '../run/run-state.js';
import { RunTable } from '../run/run-table.js';
import { Definition } from './definition.js';
import { GuardsPanel } from './guards-panel.js';
import { MappingTable } from './mapping-table.js';
import { PauseButton } from './pause-button.js';
import { RunButtons } from './run-buttons.js';
import type { RunSearch } from './run-search.js';
import { SchedulePanel } from './schedule-panel.js';
import { SyncQuery, type Sync } from './sync-query.js';

const pageLength = 10;
/** Milliseconds between looks, while a run moves and while none does. */
const pollMs = { moving: 2_000, still: 10_000 };

interface SyncPageProps {
  name: string;
  /** What is asked of a run in the dialog for that, which is open then. */
  asked: RunSearch['with'];
}

export function SyncPage({ name, asked }: SyncPageProps) {
  const [isMoving, setIsMoving] = useState(false);
  const everyMs = isMoving ? pollMs.moving : pollMs.still;
  const { data, error, ask } = usePolledQuery(SyncQuery, { name, first: pageLength }, everyMs);
  const runs = useRuns(name, data?.sync);
  const sync = data?.sync;
  const liveRun = sync?.lastRun && isLive(sync.lastRun.state) ? sync.lastRun : undefined;
  if ((liveRun !== undefined) !== isMoving) setIsMoving(liveRun !== undefined);

  if (data && !sync) return <Missing title={`There is no sync “${name}”`} />;
  if (!sync) return error ? <NoAnswer error={error} ask={ask} /> : <Loading what="the sync" />;

  return (
    <>
      <PageHead
        title={sync.name}
        crumbs={[{ label: 'Syncs', to: '/' }]}
        actions={
          <Group gap="sm" align="flex-start">
            <AtLeast least="operator">
              <RunButtons sync={sync} liveRun={liveRun} asked={asked} />
            </AtLeast>
            <PauseButton sync={sync} ask={ask} />
          </Group>
        }
      >
        {`${sync.model.source} → ${sync.destination.name} · ${sync.object}`}
        <Pauses sync={sync} />
      </PageHead>
      <Stack gap="md">
        <Panel title="Runs" isFlush>
          <div style={{ height: 12 }} />
          {runs.nodes.length > 0 ? <RunTable runs={runs.nodes} /> : <NoRuns />}
          <MoreButton isShown={runs.hasMore} isBusy={runs.isBusy} more={runs.more}>
            Show earlier runs
          </MoreButton>
        </Panel>
        <SchedulePanel sync={sync} />
        <Definition sync={sync} />
        <GuardsPanel sync={sync} />
        <Panel title="Mapping" isFlush>
          <div style={{ height: 12 }} />
          <MappingTable keys={sync.key} fields={sync.fields} />
        </Panel>
      </Stack>
    </>
  );
}

function useRuns(name: string, sync: Sync | null | undefined) {
  const client = useClient();
  return useGrowingList(sync?.runs, async (after) => {
    const asked = { name, first: pageLength, after };
    const answer = client.query(SyncQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.sync?.runs;
  });
}

/** Of the sync itself, and of where its rows go. */
const Pauses = ({ sync: { pausedAt, pauseReason, destination } }: { sync: Sync }) => (
  <>
    {pausedAt && (
      <>
        {' · '}
        <PauseNote since={pausedAt} reason={pauseReason} />
      </>
    )}
    {destination.pausedAt && (
      <Text size="sm" mt={4}>
        {`No run begins: the destination ${destination.name} is `}
        <PauseNote since={destination.pausedAt} reason={destination.pauseReason} />
        {'. '}
        <Anchor component={Link} to="/destinations" fz="inherit">
          Look at it
        </Anchor>
      </Text>
    )}
  </>
);

const NoRuns = () => (
  <Empty title="No runs yet">
    <Text c="dimmed">
      A dry run counts what would be added, changed and removed, and sends nothing.
    </Text>
  </Empty>
);
