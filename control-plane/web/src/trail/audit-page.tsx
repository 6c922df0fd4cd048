import { Text } from '@mantine/core';
import { useClient } from 'urql';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Loading, NoAnswer } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { EntryTable } from './entry-table.js';

const AuditQuery = graphql(`
  query AuditPage($first: Int!, $after: String) {
    audit(first: $first, after: $after) {
      edges {
        node {
          id
          sequence
          createdAt
          action
          address
          before
          after
          actor {
            kind
            name
          }
          subject {
            kind
            id
            name
          }
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
const pollMs = 10_000;

/** Who did what, newest first. */
export function AuditPage() {
  const { data, error, ask } = usePolledQuery(AuditQuery, { first: pageLength }, pollMs);
  const client = useClient();
  const entries = useGrowingList(data?.audit, async (after) => {
    const asked = { first: pageLength, after };
    const answer = client.query(AuditQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.audit;
  });
  return (
    <>
      <PageHead title="Audit log">
        Who did what, each entry chained to the one before.{' '}
        <Text span inherit ff="monospace">
          drawbridge audit verify
        </Text>{' '}
        recomputes the chain.
      </PageHead>
      {data ? (
        <Panel isFlush>
          <EntryTable entries={entries.nodes} />
          <MoreButton isShown={entries.hasMore} isBusy={entries.isBusy} more={entries.more}>
            Show earlier entries
          </MoreButton>
        </Panel>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the audit log" />
      )}
    </>
  );
}
