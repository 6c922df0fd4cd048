import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { useRole } from '../frame/role.js';
import { isAtLeast } from '../member/role.js';
import { Refusal } from '../part/answers.js';

interface PauseControlProps {
  /** Such as `the destination app-db`. */
  what: string;
  /** What comes of it, and what does not. */
  effect: string;
  isPaused: boolean;
  /** Among others in a table. */
  isSmall?: boolean;
  isBusy: boolean;
  error: CombinedError | undefined;
  /** True once the server has it. */
  pause(reason: string): Promise<boolean>;
  resume(): void;
}

const maxReason = 300;

/** For operators and above: asks why before it pauses, so that the others need not ask. */
export function PauseControl(props: PauseControlProps) {
  const { what, isPaused, isSmall, isBusy, error, resume } = props;
  const [isOpen, setIsOpen] = useState(false);
  if (!isAtLeast(useRole(), 'operator')) return null;
  const label = isPaused ? 'Resume' : 'Pause';
  return (
    <Stack gap={6} align="flex-start">
      <Button
        variant="default"
        {...(isSmall && { size: 'compact-sm', 'aria-label': `${label} ${what}` })}
        loading={isBusy && isPaused}
        onClick={() => (isPaused ? resume() : setIsOpen(true))}
      >
        {label}
      </Button>
      <Refusal error={isOpen ? undefined : error} />
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={`Pause ${what}?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <PauseForm {...props} close={() => setIsOpen(false)} />
      </Modal>
    </Stack>
  );
}

function PauseForm({ effect, isBusy, error, pause, close }: PauseControlProps & { close(): void }) {
  const [reason, setReason] = useState('');
  const send = async () => {
    if (await pause(reason)) close();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack gap="md">
        <Text size="sm">{effect}</Text>
        <TextInput
          label="Why"
          description="For the others. It stands beside it until it is resumed, and in the audit log."
          placeholder="The vendor is down until Monday"
          maxLength={maxReason}
          autoComplete="off"
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Refusal error={error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Let it go on
          </Button>
          <Button type="submit" loading={isBusy}>
            Pause it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
