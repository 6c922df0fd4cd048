import { Text } from '@mantine/core';
import { useClient, useMutation } from 'urql';
import type { ApiKeysQuery as KeysData } from '../api/generated/graphql.js';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { ForRole, useRole } from '../frame/role.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { KeyTable } from './key-table.js';
import { MakeKey } from './make-key.js';

const ApiKeysQuery = graphql(`
  query ApiKeys($first: Int!, $after: String) {
    apiKeys(first: $first, after: $after) {
      edges {
        node {
          id
          name
          role
          prefix
          madeBy
          createdAt
          lastUsedAt
          expiresAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const RevokeKeyMutation = graphql(`
  mutation RevokeApiKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      apiKey {
        id
      }
    }
  }
`);

const title = 'API keys';
const pageLength = 50;
const pollMs = 30_000;

/** What scripts get in with. */
export const KeysPage = () => (
  <ForRole least="admin" title={title}>
    <Keys />
  </ForRole>
);

function Keys() {
  const role = useRole();
  const { data, error, ask } = usePolledQuery(ApiKeysQuery, { first: pageLength }, pollMs);
  const keys = useKeys(data?.apiKeys);
  const [revoked, revokeKey] = useMutation(RevokeKeyMutation);
  const revoke = async (id: string) => {
    const answer = await revokeKey({ input: { id } });
    ask();
    return answer.error === undefined;
  };
  return (
    <>
      <PageHead title={title} actions={<MakeKey role={role} made={ask} />}>
        For scripts, the command line and whatever else calls the API. A key ends with the
        membership of who made it.
      </PageHead>
      {data ? (
        <Panel isFlush>
          {keys.nodes.length === 0 ? (
            <NoKeys />
          ) : (
            <KeyTable
              keys={keys.nodes}
              role={role}
              isBusy={revoked.fetching}
              error={revoked.error}
              revoke={revoke}
            />
          )}
          <MoreButton isShown={keys.hasMore} isBusy={keys.isBusy} more={keys.more}>
            Show more keys
          </MoreButton>
        </Panel>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the API keys" />
      )}
    </>
  );
}

function useKeys(first: KeysData['apiKeys'] | undefined) {
  const client = useClient();
  return useGrowingList(first, async (after) => {
    const asked = { first: pageLength, after };
    const answer = client.query(ApiKeysQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.apiKeys;
  });
}

const NoKeys = () => (
  <Empty title="No keys yet">
    <Text c="dimmed">
      Make one for each script, with the least role that it needs and a date on which it ends. It is
      shown once; keep it where you keep secrets.
    </Text>
  </Empty>
);
