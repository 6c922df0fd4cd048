import { Button, Group, Text } from '@mantine/core';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Loading, NoAnswer, Refusal } from '../part/answers.js';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
import { browserName } from './browser-name.js';

const SessionsQuery = graphql(`
  query Sessions {
    sessions {
      id
      isCurrent
      address
      userAgent
      createdAt
      lastUsedAt
    }
  }
`);

const RevokeSessionMutation = graphql(`
  mutation RevokeSession($input: RevokeSessionInput!) {
    revokeSession(input: $input) {
      session {
        id
      }
    }
  }
`);

const RevokeOthersMutation = graphql(`
  mutation RevokeOtherSessions {
    revokeOtherSessions {
      revoked
    }
  }
`);

interface SessionRow {
  id: string;
  isCurrent: boolean;
  address?: string | null;
  userAgent?: string | null;
  createdAt: string;
  lastUsedAt: string;
}

/** Where the person is signed in. */
export function SessionsPanel() {
  const { data, error, ask } = usePolledQuery(SessionsQuery, {}, 30_000);
  const [revoked, revoke] = useMutation(RevokeSessionMutation);
  const [revokedAll, revokeAll] = useMutation(RevokeOthersMutation);
  if (!data) return error ? <NoAnswer error={error} ask={ask} /> : <Loading what="your sessions" />;
  const end = (id: string) => void revoke({ input: { id } }).then(ask);
  return (
    <Panel title="Sessions" hint="Browsers in which you are signed in." isFlush>
      <Refusal error={revoked.error ?? revokedAll.error} />
      <DataTable
        caption="Sessions"
        columns={columnsFor(end)}
        rows={data.sessions}
        keyOf={({ id }) => id}
      />
      {data.sessions.length > 1 && (
        <Group justify="flex-end" p="md">
          <Button
            variant="default"
            loading={revokedAll.fetching}
            onClick={() => void revokeAll({}).then(ask)}
          >
            Sign out everywhere else
          </Button>
        </Group>
      )}
    </Panel>
  );
}

const columnsFor = (end: (id: string) => void): Column<SessionRow>[] => [
  {
    header: 'Browser',
    isHeading: true,
    cell: ({ userAgent, address }) => (
      <>
        {browserName(userAgent ?? '')}
        <Text size="xs" c="dimmed">
          {address ?? 'From an unknown address'}
        </Text>
      </>
    ),
  },
  { header: 'Signed in', cell: ({ createdAt }) => <When time={createdAt} withClock /> },
  {
    header: 'Last used',
    cell: ({ isCurrent, lastUsedAt }) => (isCurrent ? 'Now' : <When time={lastUsedAt} />),
  },
  {
    header: 'Access',
    cell: ({ id, isCurrent, userAgent }) =>
      isCurrent ? (
        'This browser'
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => end(id)}
          aria-label={`Sign out in ${browserName(userAgent ?? '')}`}
        >
          Sign out
        </Button>
      ),
  },
];
