import { Stack, Text } from '@mantine/core';
import type { UsagePageQuery } from '../api/generated/graphql.js';
import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { UsageChart } from './usage-chart.js';
import { unsentOf } from './usage-sum.js';
import { UsageTable } from './usage-table.js';

/** The same of a day and of a sync. */
export const UsageParts = graphql(`
  fragment UsageParts on UsageSum {
    runs
    failed
    bucketBytes
    rows {
      queried
      sent
      rejected
      withheld
      pending
      uncertain
    }
  }
`);

const UsageQuery = graphql(`
  query UsagePage {
    usage {
      total {
        runs
      }
      days {
        day
        sum {
          ...UsageParts
        }
      }
      syncs {
        sync
        sum {
          ...UsageParts
        }
      }
    }
  }
`);

const pollMs = 60_000;

/** What was run and moved of late, in counts. */
export function UsagePage() {
  const { data, error, ask } = usePolledQuery(UsageQuery, {}, pollMs);
  return (
    <>
      <PageHead title="Usage">
        The last 30 days, in UTC: counts of runs and rows. The rows themselves never leave your
        network.
      </PageHead>
      {data ? (
        data.usage.total.runs > 0 ? (
          <Sums {...data} />
        ) : (
          <Panel isFlush>
            <NoRuns />
          </Panel>
        )
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the usage" />
      )}
    </>
  );
}

function Sums({ usage: { days, syncs } }: UsagePageQuery) {
  const ofDays = days.filter(({ sum }) => sum.runs > 0).toReversed();
  const bars = days.map(({ day, sum }) => ({ day, sent: sum.rows.sent, unsent: unsentOf(sum) }));
  return (
    <Stack gap="md">
      <Panel title="Rows by day">
        <UsageChart bars={bars} />
      </Panel>
      <Panel title="By sync" isFlush>
        <UsageTable
          caption="Usage by sync, who sent most first"
          of="Sync"
          rows={syncs.map(({ sync, sum }) => ({ name: sync, sum }))}
        />
      </Panel>
      <Panel title="By day" isFlush>
        <UsageTable
          caption="Usage by day, newest first"
          of="Day"
          rows={ofDays.map(({ day, sum }) => ({ name: day, sum }))}
        />
      </Panel>
    </Stack>
  );
}

const NoRuns = () => (
  <Empty title="No runs in the last 30 days">
    <Text c="dimmed">Counts of runs and rows stand here as soon as a run has ended.</Text>
  </Empty>
);
