import { Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useMutation, useSubscription } from 'urql';
import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { AddAgent } from './add-agent.js';
import { AgentTable } from './agent-table.js';

const AgentsQuery = graphql(`
  query Agents {
    pools {
      id
      name
    }
    agents {
      id
      pool
      version
      online
      slots
      freeSlots
      lastSeenAt
      revokedAt
      createdAt
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

export function AgentsPage() {
  const { data, error, ask } = usePolledQuery(AgentsQuery, {}, pollMs);
  const [news] = useSubscription({ query: AgentUpdated });
  useEffect(() => {
    if (news.data) ask();
  }, [news.data]);
  const [token, makeToken] = useMutation(TokenMutation);
  const [revoked, revokeAgent] = useMutation(RevokeMutation);
  const [visit, setVisit] = useState(0);
  const revoke = async (id: string) => {
    const answer = await revokeAgent({ input: { id } });
    ask();
    return answer.error === undefined;
  };
  return (
    <>
      <PageHead
        title="Agents"
        actions={
          data && (
            <AddAgent
              // A token is shown once: the next opening starts without it.
              key={visit}
              pools={data.pools.map(({ name }) => name)}
              token={token.data?.createEnrollmentToken}
              isBusy={token.fetching}
              error={token.error}
              make={(pool) => void makeToken({ input: { pool } })}
              closed={() => setVisit(visit + 1)}
            />
          )
        }
      >
        They run in your network and do all the work on rows. They dial out; nothing dials in.
      </PageHead>
      {data ? (
        <Stack gap="md">
          <Panel isFlush>
            {data.agents.length === 0 ? (
              <NoAgents />
            ) : (
              <AgentTable
                agents={data.agents}
                isBusy={revoked.fetching}
                error={revoked.error}
                revoke={revoke}
              />
            )}
          </Panel>
        </Stack>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the agents" />
      )}
    </>
  );
}

const NoAgents = () => (
  <Empty title="No agents yet">
    <Text c="dimmed">
      Start one where your warehouse can be reached. “Add an agent” makes a token that enrols it
      once.
    </Text>
  </Empty>
);
