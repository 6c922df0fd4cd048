import { Text } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '../api/generated/index.js';
import { isMissing, sentenceOf } from '../api/refusal.js';
import { Empty, Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { ChangeList } from './change-list.js';
import { CompareForm } from './compare-form.js';
import type { CompareSearch } from './compare-search.js';

const DifferenceQuery = graphql(`
  query ConfigurationDifference($from: Int!, $to: Int) {
    configurationDifference(from: $from, to: $to) {
      action
      kind
      name
      difference
      mapping
      baselineRows
    }
  }
`);

interface ComparePageProps {
  search: CompareSearch;
  compare(search: CompareSearch): void;
}

/** What became different from one version to another. */
export function ComparePage({ search, compare }: ComparePageProps) {
  const { from, to } = search;
  return (
    <>
      <PageHead
        title={`Version ${from} to ${to ?? 'the newest'}`}
        crumbs={[{ label: 'Configuration', to: '/configuration' }]}
      >
        What became different, entry by entry.
      </PageHead>
      <Panel isFlush>
        <CompareForm from={from} to={to} compare={compare} />
        <div style={{ padding: '0 20px 20px' }}>
          <Difference from={from} to={to} />
        </div>
      </Panel>
    </>
  );
}

function Difference({ from, to }: CompareSearch) {
  const [{ data, error }, ask] = useQuery({
    query: DifferenceQuery,
    variables: { from, to: to ?? null },
  });
  const again = () => ask({ requestPolicy: 'network-only' });
  if (error && isMissing(error))
    return (
      <Empty title="There is no such version">
        <Text c="dimmed">{sentenceOf(error)}</Text>
      </Empty>
    );
  if (!data)
    return error ? <NoAnswer error={error} ask={again} /> : <Loading what="the difference" />;
  const changes = data.configurationDifference;
  if (changes.length === 0)
    return (
      <Empty title="They are the same">
        <Text c="dimmed">Whatever changed between the two was changed back.</Text>
      </Empty>
    );
  return <ChangeList changes={changes} />;
}
