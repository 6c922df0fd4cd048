import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { CombinedError } from 'urql';
import { Refusal } from '../part/answers.js';

interface RunButtonsProps {
  /** The run that is under way, of which there is one at most. */
  liveRun: { id: string; state: string } | undefined;
  isBusy: boolean;
  error: CombinedError | undefined;
  start(dryRun: boolean): void;
}

export function RunButtons({ liveRun, isBusy, error, start }: RunButtonsProps) {
  const reason = useId();
  const isHeld = liveRun?.state === 'waiting_approval';
  const shared = {
    disabled: liveRun !== undefined || isBusy,
    ...(liveRun ? { 'aria-describedby': reason } : {}),
  };
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <Button {...shared} onClick={() => start(false)}>
          Run now
        </Button>
        <Button {...shared} variant="default" onClick={() => start(true)}>
          Dry run
        </Button>
      </Group>
      {liveRun && (
        <Text size="sm" c="dimmed" id={reason}>
          {isHeld ? 'A run waits for approval: ' : 'A run is under way: '}
          <Anchor component={Link} to={`/runs/${liveRun.id}`} size="sm">
            {isHeld ? 'look at it' : 'watch it'}
          </Anchor>
        </Text>
      )}
      <Refusal error={error} />
    </Stack>
  );
}
