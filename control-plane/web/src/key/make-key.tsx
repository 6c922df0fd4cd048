import { Button, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { givenBy } from '../member/role.js';
import { Refusal } from '../part/answers.js';
import { CodeBlock } from '../part/code-block.js';
import { expiries, expiryOf } from './expiry.js';

const CreateKeyMutation = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      id
      key
    }
  }
`);

interface MakeKeyProps {
  /** Of who makes it: a key has no more. */
  role: string;
  made(): void;
}

export function MakeKey({ role, made }: MakeKeyProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [key, setKey] = useState<string>();
  const show = (text: string) => {
    setKey(text);
    made();
  };
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Make a key</Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        onExitTransitionEnd={() => setKey(undefined)}
        title="Make an API key"
        size="lg"
        // A key is gone with the window, so a slip of the hand must not close it.
        closeOnClickOutside={key === undefined}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {key === undefined ? (
          <KeyForm role={role} show={show} />
        ) : (
          <NewKey text={key} close={() => setIsOpen(false)} />
        )}
      </Modal>
    </>
  );
}

function KeyForm({ role, show }: { role: string; show(key: string): void }) {
  const [{ fetching, error }, create] = useMutation(CreateKeyMutation);
  const [name, setName] = useState('');
  const [wanted, setWanted] = useState('viewer');
  const [expiry, setExpiry] = useState('90');
  const send = async () => {
    const input = { name, role: wanted, expiresAt: expiryOf(expiry, new Date()) };
    const { data } = await create({ input });
    if (data) show(data.createApiKey.key);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          description="What will use it, such as ci or airflow."
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          description="The least that it needs; at most your own."
          data={givenBy(role)}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <NativeSelect
          label="Ends after"
          data={expiries.map(({ value, label }) => ({ value, label }))}
          value={expiry}
          onChange={(event) => setExpiry(event.currentTarget.value)}
        />
        {expiry === 'never' && (
          <Text size="sm" c="var(--db-partial)" role="status">
            A key that never ends lets in whoever finds it, for as long as nobody revokes it.
          </Text>
        )}
        <Refusal error={error} />
        <Button type="submit" loading={fetching}>
          Make the key
        </Button>
      </Stack>
    </form>
  );
}

function NewKey({ text, close }: { text: string; close(): void }) {
  return (
    <Stack gap="md">
      <Text size="sm" c="var(--db-partial)" role="status">
        Copy it now: the key is shown this once, and kept nowhere but with you. Whoever has it can
        do here what its role may.
      </Text>
      <CodeBlock text={text} what="the key" wraps />
      <Text size="sm">
        The command line takes it as DRAWBRIDGE_TOKEN, the API as Authorization: Bearer.
      </Text>
      <Button onClick={close}>I have kept it</Button>
    </Stack>
  );
}
