import { Button, Group, Stack } from '@mantine/core';
import { useRef } from 'react';
import type { ReactNode } from 'react';
import type { WishName } from '../run/wish.js';
import type { Chosen } from './chosen.js';
import { WishSection, type Section } from './wish-section.js';

interface RunFormProps {
  /** Of the sync. */
  mode: string;
  chosen: Chosen;
  choose(chosen: Chosen): void;
  /** Has the focus when the dialog opens; none where one comes back to the form. */
  first: WishName | undefined;
  /** What is wrong with the number of operations. */
  canaryProblem: ReactNode;
  isBusy: boolean;
  /** False when the number of operations is wrong: then its field gets the focus. */
  submit(): boolean;
  close(): void;
  /** What the server said to all of it. */
  children: ReactNode;
}

const sections: readonly Section[] = [
  { title: 'How much is sent', names: ['dryRun', 'canary', 'onlyRejected', 'verify'] },
  {
    title: 'When types or the mapping have changed',
    names: ['acceptTypes', 'backfill', 'fromNowOn'],
  },
  { title: 'Starting over', isDestructive: true, names: ['full', 'rebaseline'] },
];

/** What a run is to do differently from an ordinary one. */
export function RunForm({ isBusy, submit, close, children, ...rest }: RunFormProps) {
  const number = useRef<HTMLInputElement>(null);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!submit()) number.current?.focus();
      }}
    >
      <Stack gap="lg">
        {sections.map((section) => (
          <WishSection key={section.title} {...section} {...rest} number={number} />
        ))}
        {children}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Close
          </Button>
          <Button type="submit" loading={isBusy} autoFocus={rest.first === undefined}>
            {rest.chosen.wishes.dryRun ? 'Start a dry run' : 'Start the run'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
