import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { session } from '../api/session.js';
import { Refusal } from '../part/answers.js';

const CreateWorkspaceMutation = graphql(`
  mutation CreateWorkspace($input: CreateWorkspaceInput!) {
    createWorkspace(input: $input) {
      workspace {
        id
      }
    }
  }
`);

/** Another workspace of who is signed in; they are in it afterwards. */
export function NewWorkspace({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const [{ fetching, error }, create] = useMutation(CreateWorkspaceMutation);
  const [name, setName] = useState('');
  const send = async () => {
    const answer = await create({ input: { name } });
    if (!answer.error) session.set({ state: 'asking', visit: session.get().visit + 1 });
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="New workspace"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="md">
          <Text size="sm">You are its owner, and switch to it. The one that you are in stays.</Text>
          <TextInput
            label="Name"
            required
            withAsterisk={false}
            autoComplete="off"
            data-autofocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Refusal error={error} />
          <Button type="submit" loading={fetching}>
            Make the workspace
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
