import { Stack } from '@mantine/core';
import { PageHead } from '../part/page-head.js';
import { PasskeyPanel } from './passkey-panel.js';
import { PasswordPanel } from './password-panel.js';
import { SessionsPanel } from './sessions-panel.js';
import { TotpPanel } from './totp-panel.js';

/** What a person looks after for themselves, in whatever workspace they are. */
export const SecurityPage = () => (
  <>
    <PageHead title="Security">How you sign in, and where you are signed in.</PageHead>
    <Stack gap="md">
      <PasswordPanel />
      <TotpPanel />
      <PasskeyPanel />
      <SessionsPanel />
    </Stack>
  </>
);
