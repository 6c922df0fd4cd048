import { Text } from '@mantine/core';
import { askAccount } from '../api/account.js';
import { AccountForm, type AccountField } from '../account/account-form.js';
import { BackToSignIn } from '../account/ask-for-link-page.js';
import { Outside } from './outside.js';

const workspaceField: AccountField = {
  name: 'workspace',
  label: 'Workspace',
  description: 'Its name, as whoever invited you knows it.',
  kind: 'text',
  autoComplete: 'organization',
};

/** Leads to the identity provider of a workspace, which leads back to us. */
export function WorkspaceSignInPage() {
  const send = async ({ workspace = '' }: Record<string, string>) => {
    const answer = await askAccount('/workspace/sign-in', { workspace });
    if (answer.kind === 'refused') return answer.sentence;
    window.location.assign(String(answer.body['url']));
    return undefined;
  };
  return (
    <Outside title="Sign in by your workspace’s provider" more={<BackToSignIn />}>
      <Text size="sm" mb="md">
        For workspaces with an identity provider of their own. It opens that workspace alone.
      </Text>
      <AccountForm fields={[workspaceField]} button="Go on" send={send} />
    </Outside>
  );
}
