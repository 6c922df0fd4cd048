import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { PauseControl } from '../pause/pause-control.js';

const PauseSyncMutation = graphql(`
  mutation PauseSync($input: PauseSyncInput!) {
    pauseSync(input: $input) {
      sync {
        id
        pausedAt
        pauseReason
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
        pauseReason
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
  const isPaused = typeof pausedAt === 'string';
  return (
    <PauseControl
      what={`the sync ${name}`}
      effect="Its schedule starts no more runs; by hand one can be started all the same. What is under way goes on to its end."
      isPaused={isPaused}
      isBusy={paused.fetching || resumed.fetching}
      error={(isPaused ? resumed : paused).error}
      pause={async (reason) => {
        const { error } = await pause({ input: { sync: name, reason } });
        ask();
        return error === undefined;
      }}
      resume={() => void resume({ input: { sync: name } }).then(ask)}
    />
  );
}
