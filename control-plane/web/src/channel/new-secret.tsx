import { Button, Stack, Text } from '@mantine/core';
import { CodeBlock } from '../part/code-block.js';

/** The signing secret of a webhook, this once. */
export const NewSecret = ({ text, close }: { text: string; close(): void }) => (
  <Stack gap="md">
    <Text size="sm" c="var(--db-partial)" role="status">
      Copy it now: the signing secret is shown this once. The receiver checks with it that a message
      comes from here, as Standard Webhooks says.
    </Text>
    <CodeBlock text={text} what="the signing secret" wraps />
    <Button onClick={close}>I have kept it</Button>
  </Stack>
);
