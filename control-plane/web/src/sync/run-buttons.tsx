import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useId } from 'react';
import { Refusal } from '../part/answers.js';
import { RunDialog } from './run-dialog.js';
import type { RunSearch } from './run-search.js';
import type { RunTarget } from './second-look.js';
import { useStartRun } from './start-run.js';

interface RunButtonsProps {
  sync: RunTarget;
  /** The run that is under way, of which there is one at most. */
  liveRun: LiveRun | undefined;
  /** What the address asks of a run, in the dialog for that. */
  asked: RunSearch['with'];
}

interface LiveRun {
  id: string;
  state: string;
}

export function RunButtons({ sync, liveRun, asked }: RunButtonsProps) {
  const reason = useId();
  const { start, isBusy, error } = useStartRun(sync.name);
  const show = useDialog(sync.name);
  const shared = {
    disabled: liveRun !== undefined || isBusy,
    ...(liveRun ? { 'aria-describedby': reason } : {}),
  };
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <Button {...shared} onClick={() => void start({ dryRun: false })}>
          Run now
        </Button>
        <Button {...shared} variant="default" onClick={() => void start({ dryRun: true })}>
          Dry run
        </Button>
        <Button {...shared} variant="default" onClick={() => void show('options')}>
          Run with options …
        </Button>
      </Group>
      {liveRun && <Reason id={reason} liveRun={liveRun} />}
      <Refusal error={error} />
      <RunDialog target={sync} asked={asked} close={() => show(undefined)} />
    </Stack>
  );
}

/** Opens the dialog, or closes it; going back in the browser's history does neither. */
function useDialog(name: string) {
  const navigate = useNavigate();
  return (asked: RunSearch['with']): Promise<void> =>
    navigate({
      to: '/syncs/$name',
      params: { name },
      search: asked ? { with: asked } : {},
      replace: true,
      resetScroll: false,
    });
}

function Reason({ id, liveRun }: { id: string; liveRun: LiveRun }) {
  const isHeld = liveRun.state === 'waiting_approval';
  return (
    <Text size="sm" c="dimmed" id={id}>
      {isHeld ? 'A run waits for approval: ' : 'A run is under way: '}
      <Anchor component={Link} to={`/runs/${liveRun.id}`} size="sm">
        {isHeld ? 'look at it' : 'watch it'}
      </Anchor>
    </Text>
  );
}
