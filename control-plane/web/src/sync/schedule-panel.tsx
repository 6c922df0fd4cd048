import { Text } from '@mantine/core';
import { Panel } from '../part/panel.js';
import { scheduleText } from './schedule-text.js';
import { SlotTimeline } from './slot-timeline.js';
import type { Sync } from './sync-query.js';

/** When the sync runs, and what became of that lately. */
export function SchedulePanel({ sync }: { sync: Sync }) {
  const slots = sync.slots.edges.map(({ node }) => node);
  const hasMarks = slots.length > 0 || sync.nextRuns.length > 0;
  return (
    <Panel title="Schedule" hint={scheduleText(sync.schedule)}>
      {hasMarks ? (
        <SlotTimeline slots={slots} nextRuns={sync.nextRuns} />
      ) : (
        <Text c="dimmed">No slot came in the last week, and none is known to come.</Text>
      )}
    </Panel>
  );
}
