import { Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { askAccount, secretsIn } from '../api/account.js';
import { signIn } from '../api/session.js';
import { Outside } from '../sign-in/outside.js';
import { AccountForm, nameField, newPasswordField, type AccountField } from './account-form.js';
import { BackToSignIn } from './ask-for-link-page.js';

const workspaceField: AccountField = {
  name: 'workspace',
  label: 'Workspace',
  kind: 'text',
  autoComplete: 'organization',
  description: 'What your company or team is called.',
};

interface FinishProps {
  title: string;
  path: string;
  fields: readonly AccountField[];
  button: string;
}

/** Behind a mailed link: sends what it carries with what was typed, then signs in with the new password. */
function FinishPage({ title, path, fields, button }: FinishProps) {
  const [{ email = '', token = '' }] = useState(() => secretsIn(window.location.hash));
  const enter = useEnter();
  const send = async (typed: Record<string, string>) => {
    const answer = await askAccount(path, { ...typed, email, token });
    if (answer.kind === 'refused') return answer.sentence;
    return enter(email, typed['password'] ?? '');
  };
  return (
    <Outside title={title} more={<BackToSignIn />}>
      {token ? (
        <>
          <Text size="sm" mb="md" style={{ overflowWrap: 'anywhere' }}>
            For {email}
          </Text>
          <AccountForm fields={fields} button={button} send={send} />
        </>
      ) : (
        <Text size="sm">
          Something is missing in this link. Open it from the mail once more, or ask for a new one.
        </Text>
      )}
    </Outside>
  );
}

export const FinishSignUpPage = () => (
  <FinishPage
    title="Welcome to Drawbridge"
    path="/account/sign-up/finish"
    fields={[nameField, newPasswordField, workspaceField]}
    button="Make the workspace"
  />
);

export const FinishResetPage = () => (
  <FinishPage
    title="Choose a new password"
    path="/account/reset/finish"
    fields={[newPasswordField]}
    button="Set it and sign in"
  />
);

/** Signs in and goes home; where that wants more than a password, the sign-in page asks for it. */
export function useEnter(): (email: string, password: string) => Promise<undefined> {
  const navigate = useNavigate();
  return async (email, password) => {
    await signIn(email, password);
    await navigate({ to: '/', replace: true });
    return undefined;
  };
}
