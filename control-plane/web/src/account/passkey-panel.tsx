import { startRegistration } from '@simplewebauthn/browser';
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { askAccount } from '../api/account.js';
import { graphql } from '../api/generated/index.js';
import { Refusal } from '../part/answers.js';
import { DataTable } from '../part/data-table.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
import { AccountForm, type AccountField } from './account-form.js';

const PasskeysQuery = graphql(`
  query Passkeys {
    passkeys {
      id
      name
      createdAt
      lastUsedAt
    }
  }
`);

const DeletePasskeyMutation = graphql(`
  mutation DeletePasskey($input: DeletePasskeyInput!) {
    deletePasskey(input: $input) {
      passkey {
        id
      }
    }
  }
`);

const nameField: AccountField = {
  name: 'name',
  label: 'Name of the passkey',
  kind: 'text',
  autoComplete: 'off',
  description: 'So that you know it again: the device or password manager that keeps it.',
};

/** Keys that the person's devices keep. */
export function PasskeyPanel() {
  const [{ data }, ask] = useQuery({ query: PasskeysQuery });
  const [deleted, remove] = useMutation(DeletePasskeyMutation);
  const [isAdding, setIsAdding] = useState(false);
  const again = () => ask({ requestPolicy: 'network-only' });
  const add = async ({ name = '' }: Record<string, string>) => {
    const refusal = await makePasskey(name);
    if (refusal !== undefined) return refusal;
    setIsAdding(false);
    again();
    return undefined;
  };
  return (
    <Panel
      title="Passkeys"
      hint="Sign in with what unlocks your device. No password or code is asked for then."
    >
      <Refusal error={deleted.error} />
      {data && data.passkeys.length > 0 && (
        <PasskeyTable
          passkeys={data.passkeys}
          remove={(id) => void remove({ input: { id } }).then(again)}
        />
      )}
      {isAdding ? (
        <div style={{ maxWidth: 420 }}>
          <AccountForm fields={[nameField]} button="Add it" send={add} />
        </div>
      ) : (
        <Group mt="sm">
          <Button variant="default" onClick={() => setIsAdding(true)}>
            Add a passkey
          </Button>
          {data?.passkeys.length === 0 && (
            <Text size="sm" c="dimmed">
              You have none yet.
            </Text>
          )}
        </Group>
      )}
    </Panel>
  );
}

interface PasskeyTableProps {
  passkeys: { id: string; name: string; createdAt: string; lastUsedAt?: string | null }[];
  remove(id: string): void;
}

const PasskeyTable = ({ passkeys, remove }: PasskeyTableProps) => (
  <DataTable
    caption="Passkeys"
    rows={passkeys}
    keyOf={({ id }) => id}
    columns={[
      { header: 'Passkey', isHeading: true, cell: ({ name }) => name },
      { header: 'Added', cell: ({ createdAt }) => <When time={createdAt} /> },
      {
        header: 'Last used',
        cell: ({ lastUsedAt }) => (lastUsedAt ? <When time={lastUsedAt} /> : 'Never'),
      },
      {
        header: 'Access',
        cell: ({ id, name }) => (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Remove the passkey ${name}`}
            onClick={() => remove(id)}
          >
            Remove
          </Button>
        ),
      },
    ]}
  />
);

async function makePasskey(name: string): Promise<string | undefined> {
  const begun = await askAccount('/passkey/begin', {});
  if (begun.kind === 'refused') return begun.sentence;
  try {
    const response = await startRegistration({ optionsJSON: begun.body as never });
    const added = await askAccount('/passkey/add', { name, response });
    return added.kind === 'refused' ? added.sentence : undefined;
  } catch {
    return 'The browser made no passkey. Try again, or with another device.';
  }
}
