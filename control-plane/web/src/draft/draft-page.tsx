import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { CodeBlock } from '../part/code-block.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { useConnections } from './connections.js';
import { DraftForm } from './draft-form.js';
import { emptyDraft, missingIn, yamlOf } from './draft.js';
import type { Draft } from './draft.js';

/** A sync is configuration: the page helps with the names, and gives the file. */
export function DraftPage() {
  const { sources, destinations, error, ask } = useConnections();
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const isThere = sources !== undefined && destinations !== undefined;
  return (
    <>
      <PageHead title="Draft a sync">
        Choices come from an agent that looks into the source or destination: names and types, never
        a row. Nothing is saved; what you fill in becomes a file for you to keep.
      </PageHead>
      {!isThere && error && <NoAnswer error={error} ask={ask} />}
      {!isThere && !error && <Loading what="sources and destinations" />}
      {isThere && sources.length === 0 && <NoConnections />}
      {isThere && sources.length > 0 && (
        <Stack gap="md">
          <DraftForm
            draft={draft}
            change={(part) => setDraft((before) => ({ ...before, ...part }))}
            sources={sources}
            destinations={destinations}
          />
          <DraftFile draft={draft} />
        </Stack>
      )}
    </>
  );
}

function DraftFile({ draft }: { draft: Draft }) {
  const missing = missingIn(draft);
  return (
    <Panel
      title="The file"
      hint={
        missing.length > 0
          ? `Still missing: ${missing.join(', ')}.`
          : 'Put it beside your other files, then: drawbridge plan, and drawbridge apply.'
      }
    >
      <CodeBlock what="the YAML" text={yamlOf(draft)} />
    </Panel>
  );
}

const NoConnections = () => (
  <Empty title="No sources yet">
    <Text c="dimmed">
      Write down how your warehouse is reached, and apply it; then its tables can be chosen here.
    </Text>
  </Empty>
);
