import { Text } from '@mantine/core';
import { fullText, relativeText, shortText } from '../format/time.js';
import { useNow } from './now.js';

interface WhenProps {
  /** ISO 8601, as the server says it. */
  time: string;
  /** Adds the time of day below the distance. */
  withClock?: boolean;
}

/** How long ago, or until when; the exact time is a hover or a long press away. */
export function When({ time, withClock }: WhenProps) {
  const now = useNow(10_000);
  const date = new Date(time);
  return (
    <time dateTime={time} title={fullText(date)}>
      {relativeText(date, now)}
      {withClock && (
        <Text span display="block" size="xs" c="dimmed">
          {shortText(date, now)}
        </Text>
      )}
    </time>
  );
}
