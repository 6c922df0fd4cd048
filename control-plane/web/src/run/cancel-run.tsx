import { Button } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { Confirm } from '../part/confirm.js';

interface CancelRunProps {
  /** It waits for approval: no agent has it. */
  isHeld: boolean;
  isBusy: boolean;
  error: CombinedError | undefined;
  /** True once the server has it. */
  cancel(): Promise<boolean>;
}

export function CancelRun({ isHeld, isBusy, error, cancel }: CancelRunProps) {
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
        text={isHeld ? whenHeld : whenMoving}
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

const whenHeld =
  'Nothing of its plan was sent, and nothing will be. The next run plans anew, and waits again if a guard still holds it.';
const whenMoving =
  'The agent stops after the batch that it is sending. What was sent stays sent and is recorded; the rest waits for the next run.';
