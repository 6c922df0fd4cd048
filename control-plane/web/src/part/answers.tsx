import { Alert, Button, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { codesOf, sentenceOf } from '../api/refusal.js';

/** While the first answer is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>{`Loading ${what} …`}</VisuallyHidden>
      <Skeleton height={22} width="38%" />
      <Skeleton height={120} />
      <Skeleton height={120} />
    </Stack>
  );
}

/** The first answer did not come. */
export function NoAnswer({ error, ask }: { error: CombinedError; ask: () => void }) {
  return (
    <Alert color="red" variant="outline" title="This page could not be loaded" role="alert">
      <Text size="sm" mb="sm">{`${sentenceOf(error)} It is tried again by itself.`}</Text>
      <Button size="xs" variant="default" onClick={ask}>
        Try now
      </Button>
    </Alert>
  );
}

interface EmptyProps {
  title: string;
  children: ReactNode;
}

/** There is nothing yet, and what to do first. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <Stack gap={6} align="flex-start" p={{ base: 'md', sm: 'xl' }} maw={640}>
      <Title order={2} fz={18}>
        {title}
      </Title>
      {children}
    </Stack>
  );
}

/** What the server said to something that the person asked for. */
export function Refusal({ error }: { error: CombinedError | undefined }) {
  return (
    <div role="alert">
      {error && (
        <Alert color="red" variant="outline" p="xs" role="presentation">
          <RefusalText error={error} />
        </Alert>
      )}
    </div>
  );
}

/** Its sentence, and its code for whoever looks it up. */
export function RefusalText({ error }: { error: CombinedError }) {
  const [code] = codesOf(error);
  return (
    <>
      {sentenceOf(error)}
      {code && <code style={{ display: 'block', fontSize: 12.5 }}>{code}</code>}
    </>
  );
}
