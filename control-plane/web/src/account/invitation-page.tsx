import { Anchor, Button, Stack, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { askAccount, secretsIn, type Answer } from '../api/account.js';
import { session } from '../api/session.js';
import { Outside } from '../sign-in/outside.js';
import { AccountForm, nameField, newPasswordField } from './account-form.js';
import { useEnter } from './finish-pages.js';

interface Invitation {
  workspace: string;
  email: string;
  role: string;
  invitedBy: string;
  hasAccount: boolean;
}

/** Behind the link of an invitation. */
export function InvitationPage() {
  const [{ token = '' }] = useState(() => secretsIn(window.location.hash));
  const [answer, setAnswer] = useState<Answer>();
  useEffect(() => {
    void askAccount('/account/invitation/look', { token }).then(setAnswer);
  }, [token]);
  if (!answer) return <Outside title="Your invitation">Looking it up …</Outside>;
  if (answer.kind === 'refused')
    return (
      <Outside title="Your invitation">
        <Text size="sm">{answer.sentence}</Text>
      </Outside>
    );
  const invitation = answer.body as unknown as Invitation;
  return (
    <Outside title={`Join ${invitation.workspace}`}>
      <Text size="sm" mb="md" style={{ overflowWrap: 'anywhere' }}>
        {invitation.invitedBy} invites {invitation.email} as {invitation.role}.
      </Text>
      {invitation.hasAccount ? (
        <JoinSignedIn token={token} />
      ) : (
        <JoinAnew token={token} email={invitation.email} />
      )}
    </Outside>
  );
}

function JoinAnew({ token, email }: { token: string; email: string }) {
  const enter = useEnter();
  const send = async ({ name = '', password = '' }: Record<string, string>) => {
    const answer = await askAccount('/account/invitation/join', { token, name, password });
    return answer.kind === 'refused' ? answer.sentence : enter(email, password);
  };
  return <AccountForm fields={[nameField, newPasswordField]} button="Join" send={send} />;
}

function JoinSignedIn({ token }: { token: string }) {
  const [refusal, setRefusal] = useState<string>();
  const navigate = useNavigate();
  const join = async () => {
    const answer = await askAccount('/account/invitation/join', { token, name: '', password: '' });
    if (answer.kind === 'refused') return setRefusal(answer.sentence);
    // What this person saw so far belongs to another workspace.
    session.set({ state: 'asking', visit: session.get().visit + 1 });
    await navigate({ to: '/', replace: true });
  };
  return (
    <Stack gap="md">
      <div role="alert">
        {refusal && (
          <Text size="sm" c="var(--mantine-color-error)">
            {refusal}{' '}
            <Anchor component={Link} to="/" target="_blank">
              Sign in
            </Anchor>
          </Text>
        )}
      </div>
      <Button onClick={() => void join()}>Join</Button>
    </Stack>
  );
}
