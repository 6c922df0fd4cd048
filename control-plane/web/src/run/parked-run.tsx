import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { AtLeast } from '../frame/role.js';
import { Refusal } from '../part/answers.js';
import { DataTable, type Column } from '../part/data-table.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
import type { Run } from './run-query.js';

const ReleaseRunMutation = graphql(`
  mutation ReleaseRun($input: ReleaseRunInput!) {
    releaseRun(input: $input) {
      run {
        ...RunParts
      }
    }
  }
`);

type Lapse = Run['lapses'][number];

const columns: Column<Lapse>[] = [
  {
    header: 'Agent',
    isHeading: true,
    cell: ({ agent }) => (
      <Text span inherit ff="monospace" title={agent}>
        {agent.slice(0, 8)}
      </Text>
    ),
  },
  { header: 'Took it', cell: ({ leasedAt }) => <When time={leasedAt} withClock /> },
  { header: 'Fell silent', cell: ({ lapsedAt }) => <When time={lapsedAt} withClock /> },
];

/** Why a run was set aside, which agents lost it, and the way to let it try again. */
export function ParkedRun({ run, hear }: { run: Run; hear: (heard: Run) => void }) {
  const [released, releaseRun] = useMutation(ReleaseRunMutation);
  const release = async () => {
    const { data } = await releaseRun({ input: { id: run.id } });
    if (data) hear(data.releaseRun.run);
  };
  return (
    <Panel title="This run is parked" isFlush>
      <Stack gap="md" p="md">
        <Text>
          Each agent that took it fell silent, so it is not given to another one by itself. Look at
          what became of these agents and at how much memory they have. Released, it has all its
          tries again; what was sent before is not sent twice.
        </Text>
        <Group gap="md">
          <AtLeast least="operator">
            <Button loading={released.fetching} onClick={() => void release()}>
              Release the run
            </Button>
          </AtLeast>
          {run.waitingSince && (
            <Text size="sm" c="dimmed">
              {'Parked '}
              <When time={run.waitingSince} />
            </Text>
          )}
        </Group>
        <Refusal error={released.error} />
      </Stack>
      <DataTable
        caption="Agents that lost this run"
        columns={columns}
        rows={run.lapses}
        keyOf={({ agent, leasedAt }) => `${agent} ${leasedAt}`}
      />
    </Panel>
  );
}
