import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import { renderSVG } from 'uqr';
import { askAccount } from '../api/account.js';
import { graphql } from '../api/generated/index.js';
import { Panel } from '../part/panel.js';
import { AccountForm, passwordField, type AccountField } from './account-form.js';

const TotpQuery = graphql(`
  query Totp {
    viewer {
      hasTotp
    }
  }
`);

interface Enrolment {
  totpURI: string;
  backupCodes: string[];
}

const codeField: AccountField = {
  name: 'code',
  label: 'Code that the app shows',
  kind: 'text',
  autoComplete: 'one-time-code',
};

/** A second factor: off → shown (a code proves that the app has it) → on → off. */
export function TotpPanel() {
  const [{ data }, ask] = useQuery({ query: TotpQuery });
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const changed = () => ask({ requestPolicy: 'network-only' });
  if (!data) return null;
  const { hasTotp } = data.viewer;
  return (
    <Panel
      title="Authenticator app"
      hint={
        hasTotp
          ? 'On: a sign-in by password wants a code of your app as well.'
          : 'Off: your password alone lets you in.'
      }
    >
      <div style={{ maxWidth: 420 }}>
        {hasTotp ? (
          <TurnOff changed={changed} backupCodes={enrolment?.backupCodes} />
        ) : enrolment ? (
          <Confirm enrolment={enrolment} changed={changed} />
        ) : (
          <TurnOn begun={setEnrolment} />
        )}
      </div>
    </Panel>
  );
}

function TurnOn({ begun }: { begun(enrolment: Enrolment): void }) {
  const send = async ({ password = '' }: Record<string, string>) => {
    const answer = await askAccount('/two-factor/enable', { password });
    if (answer.kind === 'refused') return answer.sentence;
    begun(answer.body as unknown as Enrolment);
    return undefined;
  };
  return <AccountForm fields={[passwordField]} button="Set it up" send={send} />;
}

function Confirm({ enrolment, changed }: { enrolment: Enrolment; changed(): void }) {
  const { totpURI, backupCodes } = enrolment;
  const send = async ({ code = '' }: Record<string, string>) => {
    const answer = await askAccount('/two-factor/verify-totp', { code });
    if (answer.kind === 'refused') return answer.sentence;
    changed();
    return undefined;
  };
  return (
    <Stack gap="md">
      <Text size="sm">Scan this with your app, or type the key into it.</Text>
      <img
        alt="QR code of the key"
        width={180}
        height={180}
        src={`data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(totpURI))}`}
      />
      <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {new URL(totpURI).searchParams.get('secret')}
      </Text>
      <BackupCodes codes={backupCodes} />
      <AccountForm fields={[codeField]} button="Turn it on" send={send} />
    </Stack>
  );
}

interface TurnOffProps {
  changed(): void;
  /** Those that were shown while it was set up. */
  backupCodes: string[] | undefined;
}

function TurnOff({ changed, backupCodes }: TurnOffProps) {
  const [wish, setWish] = useState<'off' | 'codes'>();
  const [codes, setCodes] = useState(backupCodes);
  const send = async ({ password = '' }: Record<string, string>) => {
    const path = wish === 'off' ? '/two-factor/disable' : '/two-factor/generate-backup-codes';
    const answer = await askAccount(path, { password });
    if (answer.kind === 'refused') return answer.sentence;
    setWish(undefined);
    if (wish === 'off') changed();
    else setCodes(answer.body['backupCodes'] as string[]);
    return undefined;
  };
  return (
    <Stack gap="md">
      {codes && <BackupCodes codes={codes} />}
      {wish ? (
        <AccountForm
          key={wish}
          fields={[passwordField]}
          button={wish === 'off' ? 'Turn it off' : 'Make new backup codes'}
          send={send}
        />
      ) : (
        <Group gap="sm">
          <Button variant="default" onClick={() => setWish('codes')}>
            New backup codes
          </Button>
          <Button variant="default" onClick={() => setWish('off')}>
            Turn off
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const BackupCodes = ({ codes }: { codes: string[] }) => (
  <div>
    <Text size="sm" mb={4}>
      Keep these backup codes where you keep passwords. Each replaces the app once; they are shown
      now and never again.
    </Text>
    <List size="sm" ff="monospace" listStyleType="none" aria-label="Backup codes">
      {codes.map((code) => (
        <List.Item key={code}>{code}</List.Item>
      ))}
    </List>
  </div>
);
