import { Text } from '@mantine/core';
import { useState } from 'react';
import { askAccount } from '../api/account.js';
import { Panel } from '../part/panel.js';
import { AccountForm, newPasswordField, passwordField } from './account-form.js';

const fields = [
  { ...passwordField, name: 'currentPassword', label: 'Current password' },
  { ...newPasswordField, name: 'newPassword', label: 'New password' },
];

export function PasswordPanel() {
  const [changes, setChanges] = useState(0);
  const send = async (typed: Record<string, string>) => {
    const answer = await askAccount('/change-password', typed);
    if (answer.kind === 'refused')
      return answer.code === 'CREDENTIAL_ACCOUNT_NOT_FOUND'
        ? 'You have no password yet. Sign out and choose “Forgot your password?” to set one.'
        : answer.sentence;
    setChanges(changes + 1);
    return undefined;
  };
  return (
    <Panel title="Password" hint="A new one signs you out in all other browsers.">
      <div style={{ maxWidth: 380 }}>
        {/* Empty again once it is changed. */}
        <AccountForm key={changes} fields={fields} button="Change the password" send={send} />
        <div role="status">
          {changes > 0 && (
            <Text size="sm" mt="sm">
              The password was changed.
            </Text>
          )}
        </div>
      </div>
    </Panel>
  );
}
