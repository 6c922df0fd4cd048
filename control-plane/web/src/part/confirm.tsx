import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { CombinedError } from 'urql';
import { Refusal } from './answers.js';

interface ConfirmProps {
  title: string;
  /** What will happen, and what will not. */
  text: string;
  yes: string;
  no: string;
  /** It can be taken back, or hurts nobody. */
  isHarmless?: boolean;
  isOpen: boolean;
  isBusy: boolean;
  error: CombinedError | undefined;
  close(): void;
  confirm(): void;
}

/** Asks before something that deserves a second look. */
export function Confirm(props: ConfirmProps) {
  const { title, text, yes, no, isHarmless, isOpen, isBusy, error, close, confirm } = props;
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="sm">{text}</Text>
        <Refusal error={error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} data-autofocus>
            {no}
          </Button>
          <Button {...(isHarmless ? {} : { color: 'red.9' })} loading={isBusy} onClick={confirm}>
            {yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
