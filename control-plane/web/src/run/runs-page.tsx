import { Text } from '@mantine/core';
import { useClient } from 'urql';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { codesOf } from '../api/refusal.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { RunFilters } from './run-filters.js';
import { RunTable } from './run-table.js';
import { isFiltered, runFilterOf, type RunsSearch } from './runs-search.js';

const RunsQuery = graphql(`
  query RunsPage($first: Int!, $after: String, $sync: String, $filter: RunFilter) {
    runs(first: $first, after: $after, sync: $sync, filter: $filter) {
      edges {
        node {
          id
          sync
          state
          trigger
          dryRun
          createdAt
          startedAt
          finishedAt
          counts {
            queried
            sent
            rejected
            withheld
            pending
            uncertain
            invalid
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
const pollMs = 5_000;

interface RunsPageProps {
  search: RunsSearch;
  /** Goes to the address that says so; the way back leads here. */
  change(search: RunsSearch): void;
}

/** Every run of the workspace, or those that the address asks for. */
export function RunsPage({ search, change }: RunsPageProps) {
  return (
    <>
      <PageHead title="Runs">
        What ran and runs, newest first. The address says which: keep it, or send it to somebody.
      </PageHead>
      <Panel isFlush>
        <RunFilters key={JSON.stringify(search)} search={search} change={change} />
        <Runs key={`list ${JSON.stringify(search)}`} search={search} />
      </Panel>
    </>
  );
}

function Runs({ search }: { search: RunsSearch }) {
  const wanted = { first: pageLength, sync: search.sync ?? null, filter: runFilterOf(search) };
  const { data, error, ask } = usePolledQuery(RunsQuery, wanted, pollMs);
  const client = useClient();
  const runs = useGrowingList(data?.runs, async (after) => {
    const asked = { ...wanted, after };
    const answer = client.query(RunsQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.runs;
  });
  if (!data && error && codesOf(error).includes('sync.not_found'))
    return <NoRuns title={`There is no sync “${search.sync}”`} isFiltered />;
  if (!data) return error ? <NoAnswer error={error} ask={ask} /> : <Loading what="the runs" />;
  if (runs.nodes.length === 0)
    return (
      <NoRuns
        title={isFiltered(search) ? 'No run is like that' : 'No runs yet'}
        isFiltered={isFiltered(search)}
      />
    );
  return (
    <>
      <RunTable runs={runs.nodes} withSync />
      <MoreButton isShown={runs.hasMore} isBusy={runs.isBusy} more={runs.more}>
        Show earlier runs
      </MoreButton>
    </>
  );
}

const NoRuns = ({ title, isFiltered: some }: { title: string; isFiltered: boolean }) => (
  <Empty title={title}>
    <Text c="dimmed">
      {some
        ? 'Take something out of what you asked for. Runs that are older than the workspace keeps them are gone.'
        : 'A run begins by the schedule of its sync, by “Run now” on the page of a sync, or by drawbridge run.'}
    </Text>
  </Empty>
);
