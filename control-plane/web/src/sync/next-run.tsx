import { Text } from '@mantine/core';
import { When } from '../part/when.js';
import { scheduleText } from './schedule-text.js';
import type { Schedule } from './schedule-text.js';

export interface NextRunProps {
  nextRunAt?: string | null;
  pausedAt?: string | null;
  schedule: Schedule;
}

export function NextRun({ nextRunAt, pausedAt, schedule }: NextRunProps) {
  if (pausedAt) return <Text fz="inherit">Paused: starts no run by itself</Text>;
  if (nextRunAt) return <When time={nextRunAt} withClock />;
  return (
    <Text fz="inherit" c="dimmed">
      {schedule.manual ? 'When started by hand' : scheduleText(schedule)}
    </Text>
  );
}
