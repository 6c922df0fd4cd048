import { Button, Stack } from '@mantine/core';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { Refusal } from '../part/answers.js';

const PauseSyncMutation = graphql(`
  mutation PauseSync($input: PauseSyncInput!) {
    pauseSync(input: $input) {
      sync {
        id
        pausedAt
      }
    }
  }
`);

const ResumeSyncMutation = graphql(`
  mutation ResumeSync($input: PauseSyncInput!) {
    resumeSync(input: $input) {
      sync {
        id
        pausedAt
      }
    }
  }
`);

interface PauseButtonProps {
  sync: { name: string; pausedAt?: string | null };
  /** Looks at the sync again. */
  ask(): void;
}

/** Stops the schedule of a sync, and lets it go on; runs that are started by hand know no pause. */
export function PauseButton({ sync: { name, pausedAt }, ask }: PauseButtonProps) {
  const [paused, pause] = useMutation(PauseSyncMutation);
  const [resumed, resume] = useMutation(ResumeSyncMutation);
  const input = { input: { sync: name } };
  const move = async () => {
    const { error } = pausedAt ? await resume(input) : await pause(input);
    if (!error) ask();
  };
  return (
    <Stack gap={6}>
      <Button
        variant="default"
        loading={paused.fetching || resumed.fetching}
        onClick={() => void move()}
      >
        {pausedAt ? 'Resume' : 'Pause'}
      </Button>
      <Refusal error={(pausedAt ? resumed : paused).error} />
    </Stack>
  );
}
