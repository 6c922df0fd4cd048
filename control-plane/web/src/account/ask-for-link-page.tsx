import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { askAccount } from '../api/account.js';
import { Outside } from '../sign-in/outside.js';
import { AccountForm, emailField } from './account-form.js';

interface AskForLinkProps {
  title: string;
  /** Where the server takes the wish, behind /api/auth. */
  path: string;
  hint: string;
  button: string;
  /** What was done, without a word on whether the address has an account. */
  sent(email: string): string;
}

/** One field: the address that a link is mailed to. */
function AskForLinkPage({ title, path, hint, button, sent }: AskForLinkProps) {
  const [address, setAddress] = useState<string>();
  const send = async ({ email = '' }: Record<string, string>) => {
    const answer = await askAccount(path, { email });
    if (answer.kind === 'refused') return answer.sentence;
    setAddress(email);
    return undefined;
  };
  return (
    <Outside title={title} more={<BackToSignIn />}>
      <div role="status">{address !== undefined && <Text size="sm">{sent(address)}</Text>}</div>
      {address === undefined && (
        <>
          <Text size="sm" mb="md">
            {hint}
          </Text>
          <AccountForm fields={[emailField]} button={button} send={send} />
        </>
      )}
    </Outside>
  );
}

export const SignUpPage = () => (
  <AskForLinkPage
    title="Sign up to Drawbridge"
    path="/account/sign-up"
    hint="We mail you a link. Behind it you choose a password and name your workspace."
    button="Mail me a link"
    sent={(email) =>
      `A mail is on its way to ${email}. Its link works once, within an hour. Nothing there? Look among the unwanted mail, or wait a minute and ask again.`
    }
  />
);

export const ResetPage = () => (
  <AskForLinkPage
    title="Choose a new password"
    path="/account/reset"
    hint="We mail you a link, if there is an account with this address. Behind it you choose a new password."
    button="Mail me a link"
    sent={(email) =>
      `If ${email} has an account, a mail is on its way there. Its link works once, within an hour.`
    }
  />
);

export const BackToSignIn = () => (
  <Text size="sm" ta="center">
    <Anchor component={Link} to="/">
      Back to sign-in
    </Anchor>
  </Text>
);
