import { Text } from '@mantine/core';
import { When } from '../part/when.js';

interface PauseNoteProps {
  since: string;
  /** As who paused it wrote. */
  reason?: string | null | undefined;
}

/** It looks like any other one, and nothing comes of it: that must not be overlooked. */
export const PauseNote = ({ since, reason }: PauseNoteProps) => (
  <Text span inherit c="var(--db-partial)" style={{ overflowWrap: 'anywhere' }}>
    {'paused '}
    <When time={since} />
    {reason && `: ${reason}`}
  </Text>
);
