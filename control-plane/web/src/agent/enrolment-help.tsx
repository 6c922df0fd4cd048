import { Stack, Tabs, Text } from '@mantine/core';
import { CodeBlock } from '../part/code-block.js';
import { When } from '../part/when.js';
import { containerText, shellText } from './enrolment-text.js';

export interface EnrolmentToken {
  token: string;
  pool: string;
  expiresAt: string;
}

/** The token, this once, and what to do with it. */
export function EnrolmentHelp({ token: { token, pool, expiresAt } }: { token: EnrolmentToken }) {
  const enrolment = { origin: window.location.origin, token };
  return (
    <Stack gap="md">
      <Text size="sm" role="status">
        {`This token enrols one agent into the pool “${pool}”. It is shown only now, and expires `}
        <When time={expiresAt} />.
      </Text>
      <CodeBlock text={token} what="the token" wraps />
      <Tabs defaultValue="shell">
        <Tabs.List>
          <Tabs.Tab value="shell">Shell</Tabs.Tab>
          <Tabs.Tab value="container">Container</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="shell" pt="sm">
          <CodeBlock text={shellText(enrolment)} what="the commands" />
        </Tabs.Panel>
        <Tabs.Panel value="container" pt="sm">
          <CodeBlock text={containerText(enrolment)} what="the container’s environment" />
        </Tabs.Panel>
      </Tabs>
      <Text size="sm" c="dimmed">
        Put in your own bucket, and the AWS SDK’s usual variables for it. The token is needed at the
        first start only; from then on the agent is known by the key that it keeps in its identity
        file.
      </Text>
    </Stack>
  );
}
