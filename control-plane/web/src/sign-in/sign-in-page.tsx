import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { signIn } from '../api/session.js';
import type { SignInAnswer } from '../api/session.js';
import { Mark } from '../frame/mark.js';
import { SchemeMenu } from '../frame/scheme-menu.js';
import { useTitle } from '../part/title.js';
import { linkErrorText } from './link-error.js';
import classes from './sign-in-page.module.css';

const refusals: Record<Exclude<SignInAnswer, 'ok'>, string> = {
  wrong: 'Email and password do not match.',
  'too-many': 'Too many attempts. Wait a minute, then try again.',
  unreachable: 'Drawbridge can’t be reached. Check your connection and try again.',
  failed: 'The server could not sign you in. Try again; if it stays so, look at its log.',
};

export function SignInPage({ hasEnded }: { hasEnded: boolean }) {
  useTitle('Sign in');
  const linkError = linkErrorText(window.location.search);
  return (
    <div className={classes['page']}>
      <div className={classes['scheme']}>
        <SchemeMenu />
      </div>
      <main className={classes['main']}>
        <Stack gap="xs" align="center" mb="lg">
          <Mark size={44} />
          <Title order={1} fz={24} ta="center">
            Sign in to Drawbridge
          </Title>
        </Stack>
        <Stack gap="md">
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
          <Paper className={classes['card'] ?? ''}>
            <SignInForm />
          </Paper>
          <LinkHelp />
        </Stack>
      </main>
    </div>
  );
}

function SignInForm() {
  const [refusal, setRefusal] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const navigate = useNavigate();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setIsBusy(true);
    setRefusal('');
    const answer = await signIn(String(form.get('email')), String(form.get('password')));
    setIsBusy(false);
    if (answer !== 'ok') return setRefusal(refusals[answer]);
    // Takes the word on a link that did not work out of the address.
    if (window.location.search) await navigate({ to: '.', search: {}, replace: true });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        <TextInput
          name="email"
          type="email"
          label="Email"
          autoComplete="username"
          required
          withAsterisk={false}
        />
        <PasswordInput
          name="password"
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        />
        <div role="alert">
          {refusal && (
            <Text size="sm" c="var(--mantine-color-error)">
              {refusal}
            </Text>
          )}
        </div>
        <Button type="submit" fullWidth loading={isBusy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

const LinkHelp = () => (
  <Text size="sm" c="dimmed" ta="center" style={{ textWrap: 'balance' }}>
    No password yet? Open a sign-in link instead: the server prints one when it is set up, or
    whoever runs it makes one with <code className={classes['code']}>setup</code>. A link works
    once, for one hour.
  </Text>
);
