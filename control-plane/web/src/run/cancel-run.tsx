import { Button } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { Confirm } from '../part/confirm.js';

interface CancelRunProps {
  state: string;
  isBusy: boolean;
  error: CombinedError | undefined;
  /** True once the server has it. */
  cancel(): Promise<boolean>;
}

export function CancelRun({ state, isBusy, error, cancel }: CancelRunProps) {
  const isHeld = state in whenHeld;
  const [isOpen, setIsOpen] = useState(false);
  const confirm = async () => {
    if (await cancel()) setIsOpen(false);
  };
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        Cancel run
      </Button>
      <Confirm
        title="Cancel this run?"
        text={whenHeld[state] ?? whenMoving}
        yes="Cancel the run"
        no={isHeld ? 'Let it wait' : 'Let it go on'}
        isOpen={isOpen}
        isBusy={isBusy}
        error={error}
        close={() => setIsOpen(false)}
        confirm={() => void confirm()}
      />
    </>
  );
}

/** No agent has it. */
const whenHeld: Readonly<Record<string, string>> = {
  waiting_approval:
    'Nothing of its plan was sent, and nothing will be. The next run plans anew, and waits again if a guard still holds it.',
  parked: 'What its agents sent stays sent and is recorded; the rest waits for the next run.',
};
const whenMoving =
  'The agent stops after the batch that it is sending. What was sent stays sent and is recorded; the rest waits for the next run.';
