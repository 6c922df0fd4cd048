import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { PauseControl } from './pause-control.js';

const PauseDestinationMutation = graphql(`
  mutation PauseDestination($input: PauseDestinationInput!) {
    pauseDestination(input: $input) {
      destination {
        id
        pausedAt
        pauseReason
      }
    }
  }
`);

const ResumeDestinationMutation = graphql(`
  mutation ResumeDestination($input: PauseDestinationInput!) {
    resumeDestination(input: $input) {
      destination {
        id
        pausedAt
        pauseReason
      }
    }
  }
`);

interface PauseDestinationProps {
  destination: { name: string; pausedAt?: string | null };
  /** Looks at it again. */
  ask(): void;
}

export function PauseDestination({ destination: { name, pausedAt }, ask }: PauseDestinationProps) {
  const [paused, pause] = useMutation(PauseDestinationMutation);
  const [resumed, resume] = useMutation(ResumeDestinationMutation);
  const isPaused = typeof pausedAt === 'string';
  return (
    <PauseControl
      what={`the destination ${name}`}
      effect="No run to it begins, by a schedule or by hand. What is under way goes on to its end; schedules make up for what is due once it is resumed."
      isPaused={isPaused}
      isSmall
      isBusy={paused.fetching || resumed.fetching}
      error={(isPaused ? resumed : paused).error}
      pause={async (reason) => {
        const { error } = await pause({ input: { destination: name, reason } });
        ask();
        return error === undefined;
      }}
      resume={() => void resume({ input: { destination: name } }).then(ask)}
    />
  );
}
