import { Anchor, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { askAccount } from '../api/account.js';
import { session } from '../api/session.js';
import { Outside } from '../sign-in/outside.js';
import { AccountForm, type AccountField } from './account-form.js';

const codeField: AccountField = {
  name: 'code',
  label: 'Code',
  kind: 'text',
  autoComplete: 'one-time-code',
};

const sources = {
  app: {
    path: '/two-factor/verify-totp',
    hint: 'Type the six digits that your authenticator app shows for Drawbridge. Each code works once.',
    other: 'Use a backup code instead',
  },
  backup: {
    path: '/two-factor/verify-backup-code',
    hint: 'Type one of the backup codes that you kept. It works once.',
    other: 'Use the app instead',
  },
} as const;

/** The password was right, and the server wants a code as well. */
export function CodePage() {
  const [from, setFrom] = useState<keyof typeof sources>('app');
  const { path, hint, other } = sources[from];
  const send = async ({ code = '' }: Record<string, string>) => {
    const answer = await askAccount(path, { code: code.replaceAll(/\s/g, '') });
    if (answer.kind === 'refused') return answer.sentence;
    session.set({ state: 'asking', visit: session.get().visit + 1 });
    return undefined;
  };
  return (
    <Outside
      title="One more step"
      more={
        <Group gap="lg" justify="center">
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => setFrom(from === 'app' ? 'backup' : 'app')}
          >
            {other}
          </Anchor>
          <Anchor component="button" type="button" size="sm" onClick={startAgain}>
            Start again
          </Anchor>
        </Group>
      }
    >
      <Text size="sm" mb="md">
        {hint}
      </Text>
      <AccountForm key={from} fields={[codeField]} button="Sign in" send={send} />
    </Outside>
  );
}

/** The server waits ten minutes for a code, and takes five. */
const startAgain = (): void => session.set({ state: 'out', visit: session.get().visit });
