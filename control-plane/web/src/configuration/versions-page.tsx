import { Text } from '@mantine/core';
import { useState } from 'react';
import { useClient } from 'urql';
import type { ConfigurationVersionsQuery as VersionsData } from '../api/generated/graphql.js';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { useRole } from '../frame/role.js';
import { isAtLeast } from '../member/role.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { CodeBlock } from '../part/code-block.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { CompareForm } from './compare-form.js';
import type { CompareSearch } from './compare-search.js';
import { Restore } from './restore.js';
import { VersionTable } from './version-table.js';

const VersionsQuery = graphql(`
  query ConfigurationVersions($first: Int!, $after: String) {
    configurationVersions(first: $first, after: $after) {
      edges {
        node {
          number
          createdAt
          actor
          actorKind
          door
          changes
          restoredFrom
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const pageLength = 50;
const pollMs = 15_000;

/** Every change of the configuration: who made it, what it changed, and the way back. */
export function VersionsPage({ compare }: { compare(search: CompareSearch): void }) {
  const { data, error, ask } = usePolledQuery(VersionsQuery, { first: pageLength }, pollMs);
  const versions = useVersions(data?.configurationVersions);
  const [wanted, setWanted] = useState<number>();
  const newest = versions.nodes[0]?.number ?? 0;
  const mayRestore = isAtLeast(useRole(), 'editor');
  return (
    <>
      <PageHead title="Configuration">
        Every change of it, newest first, by whomever and from wherever. To go back is one more
        change; nothing is lost by it.
      </PageHead>
      {data ? (
        <Panel isFlush>
          {versions.nodes.length === 0 ? (
            <NoVersions />
          ) : (
            <>
              <CompareForm from={Math.max(0, newest - 1)} to={newest} compare={compare} />
              <VersionTable
                versions={versions.nodes}
                newest={newest}
                {...(mayRestore && { restore: setWanted })}
              />
            </>
          )}
          <MoreButton isShown={versions.hasMore} isBusy={versions.isBusy} more={versions.more}>
            Show earlier versions
          </MoreButton>
        </Panel>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the versions" />
      )}
      {mayRestore && <Restore version={wanted} close={() => setWanted(undefined)} restored={ask} />}
    </>
  );
}

function useVersions(first: VersionsData['configurationVersions'] | undefined) {
  const client = useClient();
  return useGrowingList(first && withIds(first), async (after) => {
    const asked = { first: pageLength, after };
    const answer = client.query(VersionsQuery, asked, { requestPolicy: 'network-only' });
    const page = (await answer.toPromise()).data?.configurationVersions;
    return page && withIds(page);
  });
}

/** A list tells its things apart by id, and a version is its number. */
const withIds = ({ edges, pageInfo }: VersionsData['configurationVersions']) => ({
  edges: edges.map(({ node }) => ({ node: { ...node, id: String(node.number) } })),
  pageInfo: { hasNextPage: pageInfo.hasNextPage, endCursor: pageInfo.endCursor ?? null },
});

const NoVersions = () => (
  <Empty title="Nothing is configured yet">
    <Text c="dimmed">
      Each change stands here from the first one on. Look at what would change, and apply it:
    </Text>
    <div style={{ width: '100%' }}>
      <CodeBlock
        what="the first commands"
        text={'drawbridge plan ./my-syncs\ndrawbridge apply ./my-syncs'}
      />
    </div>
  </Empty>
);
