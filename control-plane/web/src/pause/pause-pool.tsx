import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { PauseControl } from './pause-control.js';

const PausePoolMutation = graphql(`
  mutation PausePool($input: PausePoolInput!) {
    pausePool(input: $input) {
      pool {
        id
        pausedAt
        pauseReason
      }
    }
  }
`);

const ResumePoolMutation = graphql(`
  mutation ResumePool($input: PausePoolInput!) {
    resumePool(input: $input) {
      pool {
        id
        pausedAt
        pauseReason
      }
    }
  }
`);

interface PausePoolProps {
  pool: { name: string; pausedAt?: string | null };
  /** Looks at it again. */
  ask(): void;
}

export function PausePool({ pool: { name, pausedAt }, ask }: PausePoolProps) {
  const [paused, pause] = useMutation(PausePoolMutation);
  const [resumed, resume] = useMutation(ResumePoolMutation);
  const isPaused = typeof pausedAt === 'string';
  return (
    <PauseControl
      what={`the pool ${name}`}
      effect="Its agents are given nothing more: runs wait in its queue, and go on at once when it is resumed. What is under way goes on to its end."
      isPaused={isPaused}
      isSmall
      isBusy={paused.fetching || resumed.fetching}
      error={(isPaused ? resumed : paused).error}
      pause={async (reason) => {
        const { error } = await pause({ input: { pool: name, reason } });
        ask();
        return error === undefined;
      }}
      resume={() => void resume({ input: { pool: name } }).then(ask)}
    />
  );
}
