import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { Confirm } from '../part/confirm.js';
import { changesText } from './held-plan-text.js';
import type { Run } from './run-query.js';
import { undoOf, type Undo } from './undo.js';

const StartUndoMutation = graphql(`
  mutation StartUndo($input: StartRunInput!) {
    startRun(input: $input) {
      run {
        id
      }
    }
  }
`);

/** Takes back what a run sent, in two steps: a dry run counts, and its page offers to go on. */
export function UndoRun({ run }: { run: Run }) {
  const [isOpen, setIsOpen] = useState(false);
  const [started, start] = useMutation(StartUndoMutation);
  const navigate = useNavigate();
  const undo = undoOf(run);
  if (!undo) return null;
  const confirm = async () => {
    const { data } = await start({ input: { sync: run.sync, ...undo } });
    if (!data) return;
    setIsOpen(false);
    await navigate({ to: '/runs/$id', params: { id: data.startRun.run.id } });
  };
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        {undo.dryRun ? 'Undo …' : 'Take it back …'}
      </Button>
      <Confirm
        {...wordsOf(run, undo)}
        no="Leave it"
        isHarmless={undo.dryRun}
        isOpen={isOpen}
        isBusy={started.fetching}
        error={started.error}
        close={() => setIsOpen(false)}
        confirm={() => void confirm()}
      />
    </>
  );
}

const wordsOf = (run: Run, { dryRun }: Undo) =>
  dryRun
    ? {
        title: 'Undo this run?',
        text: 'A dry run counts first what would be taken back: former values, records that were removed, records that were added. It sends nothing.',
        yes: 'Count first',
      }
    : {
        title: 'Take back what the run sent?',
        text: `${changesText(run)}. What later runs changed is left alone. The next ordinary run sends again what the query says, so correct the model first.`,
        yes: 'Take it back',
      };
