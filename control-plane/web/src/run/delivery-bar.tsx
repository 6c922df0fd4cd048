import { Progress, Text } from '@mantine/core';
import { countText } from '../format/number.js';
import { progressOf } from './count-sums.js';
import type { Counts } from './count-sums.js';

/** Rows that have an outcome, of those planned; nothing before there is a plan. */
export function DeliveryBar({ counts, planned }: { counts: Counts; planned: number }) {
  if (planned === 0) return null;
  const { done, percent } = progressOf(counts, planned);
  const text = `${countText(done)} of ${countText(planned)} planned rows done (${percent} %)`;
  return (
    <div>
      <Progress.Root size={8}>
        <Progress.Section value={percent} aria-label="Delivery" aria-valuetext={text} />
      </Progress.Root>
      <Text size="sm" c="dimmed" mt={6} className="numbers">
        {text}
      </Text>
    </div>
  );
}
