import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { AtLeast } from '../frame/role.js';
import { Confirm } from '../part/confirm.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
import { CountEquation } from './count-equation.js';
import { changeSum } from './count-sums.js';
import { changesText, guardText } from './held-plan-text.js';
import type { Run } from './run-query.js';

const ApproveRunMutation = graphql(`
  mutation ApproveRun($input: ApproveRunInput!) {
    approveRun(input: $input) {
      run {
        ...RunParts
      }
    }
  }
`);

/** What a run that waits for a person would do, and the way to let it. */
export function HeldPlan({ run, hear }: { run: Run; hear: (heard: Run) => void }) {
  const { waitingSince } = run;
  return (
    <Panel title="This plan waits for approval">
      <Stack gap="md">
        <Text>
          {`${guardText(run)} Nothing of it was sent. `}
          Approve it if these counts are what you expect; otherwise cancel the run.
        </Text>
        <CountEquation label="What waits for approval" sum={changeSum(run.counts)} />
        <Group gap="md">
          <AtLeast least="operator">
            <Approve run={run} hear={hear} />
          </AtLeast>
          {waitingSince && (
            <Text size="sm" c="dimmed">
              {'Waiting since '}
              <When time={waitingSince} />
            </Text>
          )}
        </Group>
      </Stack>
    </Panel>
  );
}

function Approve({ run, hear }: { run: Run; hear: (heard: Run) => void }) {
  // The plan whose counts the person reads: one that replaces it meanwhile is not approved by this click.
  const [seen, setSeen] = useState<Run>();
  const [approved, approveRun] = useMutation(ApproveRunMutation);
  const confirm = async () => {
    if (!seen) return;
    const input = { runId: seen.id, planDigest: seen.planDigest ?? null };
    const { data } = await approveRun({ input });
    if (!data) return;
    setSeen(undefined);
    hear(data.approveRun.run);
  };
  return (
    <>
      <Button onClick={() => setSeen(run)}>Approve …</Button>
      <Confirm
        title="Approve this plan?"
        text={`${changesText(seen ?? run)}. The agent plans once more before it sends: what goes beyond this waits again.`}
        yes="Approve the plan"
        no="Not yet"
        isHarmless
        isOpen={seen !== undefined}
        isBusy={approved.fetching}
        error={approved.error}
        close={() => setSeen(undefined)}
        confirm={() => void confirm()}
      />
    </>
  );
}
