import { Modal } from '@mantine/core';
import { useState } from 'react';
import { codesOf } from '../api/refusal.js';
import { Refusal, RefusalText } from '../part/answers.js';
import { canaryRule } from '../run/canary.js';
import { destructiveOf } from '../run/wish.js';
import { chosenOf, inputOf } from './chosen.js';
import { RunForm } from './run-form.js';
import type { RunSearch } from './run-search.js';
import { SecondLook, type RunTarget } from './second-look.js';
import { useStartRun } from './start-run.js';

interface RunDialogProps {
  target: RunTarget;
  /** Open, with this chosen; closed without. */
  asked: RunSearch['with'];
  close(): Promise<void>;
}

export function RunDialog(props: RunDialogProps) {
  return (
    <Modal
      opened={props.asked !== undefined}
      onClose={() => void props.close()}
      title="Run with options"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Choice {...props} />
    </Modal>
  );
}

/** Lives while the dialog is open, so nothing is left chosen for another time. */
function Choice({ target, asked, close }: RunDialogProps) {
  const [chosen, setChosen] = useState(() => chosenOf(asked));
  const [step, setStep] = useState<'choose' | 'look' | 'choose again'>('choose');
  // Faults are those of what was submitted: they go with the next change.
  const [isSubmitted, setIsSubmitted] = useState(false);
  const { start, isBusy, error } = useStartRun(target.name, close);
  const input = inputOf(chosen);
  const destructive = destructiveOf(chosen.wishes);
  const refused = isSubmitted && !isBusy ? error : undefined;
  const isOfCanary = refused && codesOf(refused).includes('run.bad_canary');

  const send = (isDry: boolean) => {
    setIsSubmitted(true);
    void start({ ...input, ...(isDry && { dryRun: true }) });
  };
  const submit = () => {
    if (input && !destructive) send(false);
    else if (input) setStep('look');
    else setIsSubmitted(true);
    return input !== undefined;
  };

  if (destructive && step === 'look')
    return (
      <SecondLook
        target={target}
        wish={destructive}
        isBusy={isBusy}
        back={() => setStep('choose again')}
        count={() => send(true)}
        confirm={() => send(false)}
      >
        <Refusal error={refused} />
      </SecondLook>
    );
  return (
    <RunForm
      mode={target.mode}
      chosen={chosen}
      choose={(next) => {
        setChosen(next);
        setIsSubmitted(false);
      }}
      first={step === 'choose' ? firstOf(asked) : undefined}
      canaryProblem={
        isOfCanary ? <RefusalText error={refused} /> : isSubmitted && !input && canaryRule
      }
      isBusy={isBusy}
      submit={submit}
      close={() => void close()}
    >
      <Refusal error={isOfCanary ? undefined : refused} />
    </RunForm>
  );
}

const firstOf = (asked: RunSearch['with']) =>
  asked === undefined || asked === 'options' ? 'dryRun' : asked;
