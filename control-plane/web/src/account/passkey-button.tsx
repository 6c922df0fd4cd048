import { browserSupportsWebAuthn, startAuthentication } from '@simplewebauthn/browser';
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { askAccount } from '../api/account.js';
import { session } from '../api/session.js';

/** Signs in with whatever passkey the browser has for us; nothing where it can have none. */
export function PasskeyButton() {
  const [refusal, setRefusal] = useState<string>();
  if (!browserSupportsWebAuthn()) return null;
  const enter = async () => setRefusal(await signInByPasskey());
  return (
    <>
      <Button variant="default" fullWidth onClick={() => void enter()}>
        Sign in with a passkey
      </Button>
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {refusal}
      </Text>
    </>
  );
}

async function signInByPasskey(): Promise<string | undefined> {
  const begun = await askAccount('/passkey/begin-sign-in', {});
  if (begun.kind === 'refused') return begun.sentence;
  try {
    const response = await startAuthentication({ optionsJSON: begun.body as never });
    const answer = await askAccount('/passkey/sign-in', { response });
    if (answer.kind === 'refused') return answer.sentence;
  } catch {
    return 'The browser gave no passkey. Try again, or sign in another way.';
  }
  session.set({ state: 'asking', visit: session.get().visit + 1 });
  return undefined;
}
