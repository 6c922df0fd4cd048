import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { AccountForm, emailField, passwordField } from '../account/account-form.js';
import { PasskeyButton } from '../account/passkey-button.js';
import { useWays } from '../account/ways.js';
import { askAccount } from '../api/account.js';
import { signIn } from '../api/session.js';
import type { SignInAnswer } from '../api/session.js';
import { linkErrorText } from './link-error.js';
import { Outside } from './outside.js';
import classes from './sign-in-page.module.css';

const refusals: Record<Exclude<SignInAnswer, 'ok'>, string> = {
  wrong: 'Email and password do not match.',
  'too-many': 'Too many attempts. Wait a minute, then try again.',
  unreachable: 'Drawbridge can’t be reached. Check your connection and try again.',
  failed: 'The server could not sign you in. Try again; if it stays so, look at its log.',
};

export function SignInPage({ hasEnded }: { hasEnded: boolean }) {
  const linkError = linkErrorText(window.location.search);
  return (
    <Outside
      title="Sign in to Drawbridge"
      tab="Sign in"
      notes={
        <>
          {hasEnded && (
            <Alert color="yellow" variant="outline" role="alert">
              Your session has ended. Sign in again to go on where you were.
            </Alert>
          )}
          {linkError && (
            <Alert color="red" variant="outline" role="alert">
              {linkError}
            </Alert>
          )}
        </>
      }
      more={<OtherWays />}
    >
      <SignInForm />
    </Outside>
  );
}

function SignInForm() {
  const navigate = useNavigate();
  const send = async ({ email = '', password = '' }: Record<string, string>) => {
    const answer = await signIn(email, password);
    if (answer !== 'ok') return refusals[answer];
    // Takes the word on a link that did not work out of the address.
    if (window.location.search) await navigate({ to: '.', search: {}, replace: true });
    return undefined;
  };
  return <AccountForm fields={[emailField, passwordField]} button="Sign in" send={send} />;
}

function OtherWays() {
  const { signUp, oidc } = useWays();
  return (
    <Stack gap="xs" align="center">
      <PasskeyButton />
      {oidc !== undefined && <ProviderButton name={oidc} />}
      <Group gap="lg" justify="center">
        <Anchor component={Link} to="/reset" size="sm">
          Forgot your password?
        </Anchor>
        {signUp && (
          <Anchor component={Link} to="/sign-up" size="sm">
            Sign up
          </Anchor>
        )}
      </Group>
      <Anchor component={Link} to="/sign-in/workspace" size="sm">
        Sign in by your workspace’s provider
      </Anchor>
      <LinkHelp />
    </Stack>
  );
}

/** The provider's page leads back to us, signed in or with an error in the address. */
function ProviderButton({ name }: { name: string }) {
  const [refusal, setRefusal] = useState<string>();
  const leave = async () => {
    const wish = { provider: 'oidc', callbackURL: '/', errorCallbackURL: '/sign-in' };
    const answer = await askAccount('/sign-in/social', wish);
    if (answer.kind === 'refused') return setRefusal(answer.sentence);
    window.location.assign(String(answer.body['url']));
  };
  return (
    <>
      <Button variant="default" fullWidth onClick={() => void leave()}>
        Sign in with {name}
      </Button>
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {refusal}
      </Text>
    </>
  );
}

const LinkHelp = () => (
  <Text size="sm" c="dimmed" ta="center" style={{ textWrap: 'balance' }}>
    No password yet? Open a sign-in link instead: the server prints one when it is set up, or
    whoever runs it makes one with <code className={classes['code']}>setup</code>. A link works
    once, for one hour.
  </Text>
);
