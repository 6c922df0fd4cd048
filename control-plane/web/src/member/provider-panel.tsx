import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../api/generated/index.js';
import { Refusal } from '../part/answers.js';
import { CodeBlock } from '../part/code-block.js';
import { Confirm } from '../part/confirm.js';
import { Panel } from '../part/panel.js';

const ProviderQuery = graphql(`
  query IdentityProvider {
    workspace {
      id
      name
    }
    identityProvider {
      issuer
      clientId
      callbackUrl
    }
  }
`);

const SetProviderMutation = graphql(`
  mutation SetIdentityProvider($input: SetIdentityProviderInput!) {
    setIdentityProvider(input: $input) {
      identityProvider {
        issuer
        clientId
        callbackUrl
      }
    }
  }
`);

const RemoveProviderMutation = graphql(`
  mutation RemoveIdentityProvider {
    removeIdentityProvider {
      identityProvider {
        issuer
      }
    }
  }
`);

/** How members sign in by a provider of their own; for owners. */
export function ProviderPanel() {
  const [{ data }, ask] = useQuery({ query: ProviderQuery });
  const [{ fetching: isRemoving, error }, remove] = useMutation(RemoveProviderMutation);
  const [isAsking, setIsAsking] = useState(false);
  if (!data) return null;
  const { identityProvider: provider, workspace } = data;
  const again = () => ask({ requestPolicy: 'network-only' });
  const end = async () => {
    const answer = await remove({});
    if (answer.error) return;
    setIsAsking(false);
    again();
  };
  return (
    <Panel
      title="Sign-in by your identity provider"
      hint="OpenID Connect. It opens this workspace alone, to its members; they have to be invited first."
    >
      <Stack gap="md" maw={560}>
        {provider && (
          <>
            <Text size="sm">
              {`Members choose “Sign in by your workspace’s provider” and type ${workspace.name}. ${provider.issuer} must lead back to this address:`}
            </Text>
            <CodeBlock text={provider.callbackUrl} what="the callback address" wraps />
          </>
        )}
        <ProviderForm key={provider?.issuer} provider={provider ?? undefined} done={again} />
        {provider && (
          <Button variant="default" onClick={() => setIsAsking(true)}>
            Remove the provider
          </Button>
        )}
      </Stack>
      <Confirm
        title="Remove the provider?"
        text="Whoever it signed in is signed out. They get in by password, passkey or a mailed link from then on."
        yes="Remove it"
        no="Keep it"
        isOpen={isAsking}
        isBusy={isRemoving}
        error={error}
        close={() => setIsAsking(false)}
        confirm={() => void end()}
      />
    </Panel>
  );
}

interface ProviderFormProps {
  provider: { issuer: string; clientId: string } | undefined;
  done(): void;
}

function ProviderForm({ provider, done }: ProviderFormProps) {
  const [{ fetching, error }, set] = useMutation(SetProviderMutation);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    const input = {
      issuer: text('issuer'),
      clientId: text('clientId'),
      clientSecret: text('clientSecret'),
    };
    const answer = await set({ input });
    if (!answer.error) done();
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        <TextInput
          name="issuer"
          label="Issuer"
          description="Its address, such as https://login.example.com"
          type="url"
          required
          withAsterisk={false}
          defaultValue={provider?.issuer ?? ''}
        />
        <TextInput
          name="clientId"
          label="Client id"
          required
          withAsterisk={false}
          defaultValue={provider?.clientId ?? ''}
        />
        <PasswordInput
          name="clientSecret"
          label="Client secret"
          required
          withAsterisk={false}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the secret', tabIndex: 0 }}
        />
        <Refusal error={error} />
        <Group>
          <Button type="submit" loading={fetching}>
            {provider ? 'Replace the provider' : 'Name the provider'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
