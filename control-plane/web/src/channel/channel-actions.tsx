import { Button, Modal, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { Refusal } from '../part/answers.js';
import { Confirm } from '../part/confirm.js';
import type { Channel } from './channels-query.js';
import { NewSecret } from './new-secret.js';

const TestChannelMutation = graphql(`
  mutation TestChannel($input: ChannelInput!) {
    testChannel(input: $input) {
      deliveries {
        id
      }
    }
  }
`);

const EnableChannelMutation = graphql(`
  mutation EnableChannel($input: EnableChannelInput!) {
    enableChannel(input: $input) {
      channel {
        id
        disabledAt
      }
    }
  }
`);

const RotateSecretMutation = graphql(`
  mutation RotateChannelSecret($input: ChannelInput!) {
    rotateChannelSecret(input: $input) {
      secret
    }
  }
`);

const DeleteChannelMutation = graphql(`
  mutation DeleteChannel($input: ChannelInput!) {
    deleteChannel(input: $input) {
      channel {
        id
      }
    }
  }
`);

interface ChannelActionsProps {
  channel: Channel;
  ask(): void;
}

export const ChannelActions = ({ channel, ask }: ChannelActionsProps) => (
  <>
    <SendTest channel={channel} ask={ask} />
    <Enable channel={channel} ask={ask} />
    {channel.kind === 'webhook' && <Rotate channel={channel} />}
    <Delete channel={channel} />
  </>
);

function SendTest({ channel: { id, disabledAt }, ask }: ChannelActionsProps) {
  const [{ fetching, error, data }, test] = useMutation(TestChannelMutation);
  if (disabledAt) return null;
  return (
    <Stack gap={6}>
      <Button
        variant="default"
        loading={fetching}
        onClick={() => void test({ input: { id } }).then(ask)}
      >
        Send a test
      </Button>
      <span role="status" style={{ fontSize: 13 }}>
        {data && !error && 'It is on its way: see below.'}
      </span>
      <Refusal error={error} />
    </Stack>
  );
}

function Enable({ channel: { id, disabledAt }, ask }: ChannelActionsProps) {
  const [{ fetching, error }, enable] = useMutation(EnableChannelMutation);
  const isDisabled = typeof disabledAt === 'string';
  return (
    <Stack gap={6}>
      <Button
        variant="default"
        loading={fetching}
        onClick={() => void enable({ input: { id, enabled: isDisabled } }).then(ask)}
      >
        {isDisabled ? 'Enable' : 'Disable'}
      </Button>
      <Refusal error={error} />
    </Stack>
  );
}

function Rotate({ channel: { id, name } }: { channel: Channel }) {
  const [{ fetching, error, data }, rotate] = useMutation(RotateSecretMutation);
  const [isOpen, setIsOpen] = useState(false);
  const [isShown, setIsShown] = useState(false);
  const secret = data?.rotateChannelSecret.secret ?? undefined;
  const confirm = async () => {
    const answer = await rotate({ input: { id } });
    if (answer.error) return;
    setIsOpen(false);
    setIsShown(true);
  };
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        New secret …
      </Button>
      <Confirm
        title={`Make a new signing secret for ${name}?`}
        text="It is shown once. For a day messages are signed with the old one, too, so that the receiver can change over."
        yes="Make it"
        no="Keep the old one"
        isHarmless
        isOpen={isOpen}
        isBusy={fetching}
        error={error}
        close={() => setIsOpen(false)}
        confirm={() => void confirm()}
      />
      <Modal
        opened={isShown && secret !== undefined}
        onClose={() => setIsShown(false)}
        title="The new signing secret"
        size="lg"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <NewSecret text={secret ?? ''} close={() => setIsShown(false)} />
      </Modal>
    </>
  );
}

function Delete({ channel: { id, name } }: { channel: Channel }) {
  const [{ fetching, error }, remove] = useMutation(DeleteChannelMutation);
  const [isOpen, setIsOpen] = useState(false);
  const navigate = useNavigate();
  const confirm = async () => {
    const answer = await remove({ input: { id } });
    if (!answer.error) await navigate({ to: '/channels' });
  };
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        Delete …
      </Button>
      <Confirm
        title={`Delete ${name}?`}
        text="It is told nothing more, and what waits for it is not sent. Its deliveries go with it. To leave it out for a while, disable it instead."
        yes="Delete it"
        no="Keep it"
        isOpen={isOpen}
        isBusy={fetching}
        error={error}
        close={() => setIsOpen(false)}
        confirm={() => void confirm()}
      />
    </>
  );
}
