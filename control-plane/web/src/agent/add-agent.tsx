import { Button, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { Refusal } from '../part/answers.js';
import { EnrolmentHelp } from './enrolment-help.js';
import type { EnrolmentToken } from './enrolment-help.js';

interface AddAgentProps {
  pools: string[];
  token: EnrolmentToken | undefined;
  isBusy: boolean;
  error: CombinedError | undefined;
  make(pool: string): void;
  closed(): void;
}

export function AddAgent({ pools, token, isBusy, error, make, closed }: AddAgentProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [isAsked, setIsAsked] = useState(false);
  const [pool, setPool] = useState(pools[0] ?? 'default');
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Add an agent</Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        onExitTransitionEnd={closed}
        title="Add an agent"
        size="xl"
        // A token is gone with the window, so a slip of the hand must not close it.
        closeOnClickOutside={!isAsked}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {isAsked && token && !isBusy ? (
          <EnrolmentHelp token={token} />
        ) : (
          <Stack gap="md">
            <Text size="sm">
              An agent belongs to a pool. Sources and destinations say which pool can reach them.
            </Text>
            <NativeSelect
              label="Pool"
              data={pools.length > 0 ? pools : ['default']}
              value={pool}
              onChange={(event) => setPool(event.currentTarget.value)}
            />
            <Refusal error={isAsked ? error : undefined} />
            <Button
              loading={isBusy}
              onClick={() => {
                setIsAsked(true);
                make(pool);
              }}
            >
              Make an enrolment token
            </Button>
          </Stack>
        )}
      </Modal>
    </>
  );
}
