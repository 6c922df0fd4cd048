import { Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useClient, useMutation, useSubscription } from 'urql';
import type { AgentsQuery as AgentsData } from '../api/generated/graphql.js';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { useRole } from '../frame/role.js';
import { isAtLeast } from '../member/role.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { AddAgent } from './add-agent.js';
import { AgentTable } from './agent-table.js';
import { PoolTable } from './pool-table.js';

const AgentsQuery = graphql(`
  query Agents($first: Int!, $after: String) {
    agents(first: $first, after: $after) {
      edges {
        node {
          id
          pool
          version
          online
          slots
          freeSlots
          lastSeenAt
          revokedAt
          createdAt
          policyDigest
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const PoolsQuery = graphql(`
  query Pools($first: Int!, $after: String) {
    pools(first: $first, after: $after) {
      edges {
        node {
          id
          name
          pausedAt
          pauseReason
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const AgentUpdated = graphql(`
  subscription AgentUpdated {
    agentUpdated {
      id
    }
  }
`);

const TokenMutation = graphql(`
  mutation CreateEnrollmentToken($input: CreateEnrollmentTokenInput!) {
    createEnrollmentToken(input: $input) {
      token
      pool
      expiresAt
    }
  }
`);

const RevokeMutation = graphql(`
  mutation RevokeAgent($input: RevokeAgentInput!) {
    revokeAgent(input: $input) {
      agent {
        id
        revokedAt
      }
    }
  }
`);

/** Milliseconds between looks; a subscription tells of changes sooner. */
const pollMs = 5_000;
const pageLength = 100;

export function AgentsPage() {
  const { data, error, ask } = usePolledQuery(AgentsQuery, { first: pageLength }, pollMs);
  const agents = useAgents(data?.agents);
  const pools = usePools();
  useNews(ask);
  const [revoked, revokeAgent] = useMutation(RevokeMutation);
  const role = useRole();
  const revoke = async (id: string) => {
    const answer = await revokeAgent({ input: { id } });
    ask();
    return answer.error === undefined;
  };
  return (
    <>
      <PageHead
        title="Agents"
        actions={isAtLeast(role, 'admin') && pools.nodes && <Enrol pools={pools.nodes} />}
      >
        They run in your network and do all the work on rows. They dial out; nothing dials in.
      </PageHead>
      {data ? (
        <Stack gap="md">
          <Panel isFlush>
            {agents.nodes.length === 0 ? (
              <NoAgents />
            ) : (
              <AgentTable
                agents={agents.nodes}
                mayRevoke={isAtLeast(role, 'admin')}
                isBusy={revoked.fetching}
                error={revoked.error}
                revoke={revoke}
              />
            )}
            <MoreButton isShown={agents.hasMore} isBusy={agents.isBusy} more={agents.more}>
              Show more agents
            </MoreButton>
          </Panel>
          {pools.nodes && pools.nodes.length > 0 && (
            <Panel title="Pools" hint="Agents that reach the same things share a queue." isFlush>
              <PoolTable pools={pools.nodes} ask={pools.ask} />
            </Panel>
          )}
        </Stack>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the agents" />
      )}
    </>
  );
}

function Enrol({ pools }: { pools: readonly { name: string }[] }) {
  const [token, makeToken] = useMutation(TokenMutation);
  const [visit, setVisit] = useState(0);
  return (
    <AddAgent
      // A token is shown once: the next opening starts without it.
      key={visit}
      pools={pools.map(({ name }) => name)}
      token={token.data?.createEnrollmentToken}
      isBusy={token.fetching}
      error={token.error}
      make={(pool) => void makeToken({ input: { pool } })}
      closed={() => setVisit(visit + 1)}
    />
  );
}

/** Looks again when an agent has changed. */
function useNews(ask: () => void) {
  const [news] = useSubscription({ query: AgentUpdated });
  useEffect(() => {
    if (news.data) ask();
  }, [news.data]);
}

/** All of them: each can be chosen for an agent. */
function usePools() {
  const { data, ask } = usePolledQuery(PoolsQuery, { first: pageLength }, pollMs);
  const client = useClient();
  const { nodes } = useGrowingList(
    data?.pools,
    async (after) => {
      const asked = { first: pageLength, after };
      const answer = client.query(PoolsQuery, asked, { requestPolicy: 'network-only' });
      return (await answer.toPromise()).data?.pools;
    },
    Infinity,
  );
  return { nodes: data && nodes, ask };
}

function useAgents(first: AgentsData['agents'] | undefined) {
  const client = useClient();
  return useGrowingList(first, async (after) => {
    const asked = { first: pageLength, after };
    const answer = client.query(AgentsQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.agents;
  });
}

const NoAgents = () => (
  <Empty title="No agents yet">
    <Text c="dimmed">
      Start one where your warehouse can be reached. “Add an agent” makes a token that enrols it
      once.
    </Text>
  </Empty>
);
