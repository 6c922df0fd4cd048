import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import type { RestoreConfigurationMutation } from '../api/generated/graphql.js';
import { Loading, Refusal } from '../part/answers.js';
import { ChangeList } from './change-list.js';

const RestoreMutation = graphql(`
  mutation RestoreConfiguration($input: RestoreConfigurationInput!) {
    restoreConfiguration(input: $input) {
      applied
      version
      changes {
        action
        kind
        name
        difference
        mapping
        baselineRows
      }
      problems {
        code
        file
        line
        message
      }
    }
  }
`);

type Answer = RestoreConfigurationMutation['restoreConfiguration'];

interface RestoreProps {
  /** That is asked about; undefined while none is. */
  version: number | undefined;
  close(): void;
  restored(): void;
}

/** Shows what going back would change, and goes back only from what was looked at. */
export function Restore({ version, close, restored }: RestoreProps) {
  return (
    <Modal
      opened={version !== undefined}
      onClose={close}
      title={`Go back to version ${version ?? ''}?`}
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {version !== undefined && (
        <RestoreQuestion key={version} version={version} close={close} restored={restored} />
      )}
    </Modal>
  );
}

interface QuestionProps extends RestoreProps {
  version: number;
}

function RestoreQuestion({ version, close, restored }: QuestionProps) {
  const [looked, look] = useMutation(RestoreMutation);
  const [tried, restore] = useMutation(RestoreMutation);
  useEffect(() => void look({ input: { version, dryRun: true } }), [version]);
  const plan = looked.data?.restoreConfiguration;
  const outcome = tried.data?.restoreConfiguration;
  const goBack = async ({ version: expectedVersion }: Answer) => {
    const { data } = await restore({ input: { version, dryRun: false, expectedVersion } });
    if (!data?.restoreConfiguration.applied) return;
    restored();
    close();
  };
  const problems = (outcome ?? plan)?.problems ?? [];
  return (
    <Stack gap="md">
      {!plan && !looked.error && <Loading what="what would change" />}
      {plan && <Plan plan={plan} />}
      {problems.length > 0 && <Problems problems={problems} />}
      <Refusal error={looked.error ?? tried.error} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close} data-autofocus>
          Stay as it is
        </Button>
        <Button
          color="red.9"
          loading={tried.fetching}
          disabled={!plan || plan.changes.length === 0 || problems.length > 0}
          onClick={() => plan && void goBack(plan)}
        >
          Go back to it
        </Button>
      </Group>
    </Stack>
  );
}

function Plan({ plan: { changes, problems } }: { plan: Answer }) {
  if (problems.length > 0) return null;
  if (changes.length === 0)
    return <Text size="sm">The configuration is as it was then. There is nothing to change.</Text>;
  return (
    <>
      <Text size="sm" role="status">
        This would change, as one more version. Runs that are under way go on to their end.
      </Text>
      <ChangeList changes={changes} />
    </>
  );
}

const Problems = ({ problems }: { problems: Answer['problems'] }) => (
  <div role="alert">
    <Text size="sm" c="var(--db-bad)">
      It can’t be brought back as it was: agents or rules are others by now.
    </Text>
    <List size="sm" mt={6}>
      {problems.map(({ file, line, code, message }) => (
        <List.Item key={`${file} ${line} ${code} ${message}`}>
          {message} <code style={{ fontSize: 12.5 }}>{code}</code>
        </List.Item>
      ))}
    </List>
  </div>
);
