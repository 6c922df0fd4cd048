import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useId } from 'react';
import type { ReactNode } from 'react';

/** The sync whose destination is at stake. */
export interface RunTarget {
  name: string;
  mode: string;
  object: string;
  destination: { name: string };
}

interface SecondLookProps {
  target: RunTarget;
  wish: 'full' | 'rebaseline';
  isBusy: boolean;
  back(): void;
  /** Starts a dry run of the same. */
  count(): void;
  confirm(): void;
  /** What the server said. */
  children: ReactNode;
}

/** What a destructive run will do to the destination, before it is started. */
export function SecondLook(props: SecondLookProps) {
  const { target, wish, isBusy, back, count, confirm, children } = props;
  const { title, text, yes } = wordsOf(target)[wish];
  const id = useId();
  return (
    <Stack gap="md" role="group" aria-labelledby={`${id}-title`}>
      <Title order={3} fz={16} id={`${id}-title`}>
        {title}
      </Title>
      <Text size="sm" id={id}>
        {`${text} A dry run counts first, and sends nothing.`}
      </Text>
      {children}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={back} aria-describedby={id} autoFocus>
          Back
        </Button>
        <Button variant="default" onClick={count} disabled={isBusy}>
          Dry run first
        </Button>
        <Button color="red.9" loading={isBusy} onClick={confirm}>
          {yes}
        </Button>
      </Group>
    </Stack>
  );
}

function wordsOf({ mode, object, destination }: RunTarget) {
  const place = `${object} of ${destination.name}`;
  return {
    full: {
      title: 'Send every row again?',
      text:
        mode === 'append'
          ? `This sync appends, so every row that ${place} has will be there twice.`
          : `Every current row goes to ${place}, changed or not. What was edited there in mapped fields is overwritten.`,
      yes: 'Send every row',
    },
    rebaseline: {
      title: 'Record the rows and send nothing?',
      text: `What the query gives now counts as sent. Where ${place} differs from it, no later run will find out, until the row changes.`,
      yes: 'Record the rows',
    },
  };
}
