import { Button, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { Refusal } from '../part/answers.js';
import { givenBy } from './role.js';

const InviteMutation = graphql(`
  mutation InviteMember($input: InviteMemberInput!) {
    inviteMember(input: $input) {
      invitation {
        id
        email
        role
        invitedBy
        sentAt
        expiresAt
      }
    }
  }
`);

/** `role` is that of who invites. */
export function InviteMember({ role }: { role: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Invite a member</Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title="Invite a member"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <InviteForm role={role} close={() => setIsOpen(false)} />
      </Modal>
    </>
  );
}

function InviteForm({ role, close }: { role: string; close: () => void }) {
  const [{ fetching, error }, invite] = useMutation(InviteMutation);
  const [email, setEmail] = useState('');
  const [wanted, setWanted] = useState('viewer');
  const send = async () => {
    const answer = await invite({ input: { email, role: wanted } });
    if (!answer.error) close();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack gap="md">
        <Text size="sm">They get a mail with a link that works once, within a week.</Text>
        <TextInput
          label="Email"
          type="email"
          required
          withAsterisk={false}
          autoComplete="off"
          data-autofocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          data={givenBy(role)}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Refusal error={error} />
        <Button type="submit" loading={fetching}>
          Send the invitation
        </Button>
      </Stack>
    </form>
  );
}
