import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { durationText } from '../format/duration.js';
import { bytesText, countOf } from '../format/number.js';
import { Facts } from '../part/facts.js';
import type { Fact } from '../part/facts.js';
import { useNow } from '../part/now.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
import { PolicyMark } from '../part/policy-mark.js';
import { optionText } from './option-text.js';
import type { Run } from './run-query.js';
import { isLive, triggerText } from './run-state.js';

export function RunFacts({ run }: { run: Run }) {
  return (
    <Panel title="Details">
      <Facts facts={factsOf(run, useNow(isLive(run.state) ? 1_000 : 0))} />
    </Panel>
  );
}

function factsOf(run: Run, now: Date): Fact[] {
  const { startedAt, finishedAt, agent, policyDigest, peakBytes, bucketBytes } = run;
  const { resumed, resentForMapping } = run;
  const wishes = optionText(run.options);
  const mono = (text: string) => <code style={{ fontSize: 12.5 }}>{text}</code>;
  return [
    { name: 'Trigger', value: triggerText(run.trigger) },
    ...(wishes ? [{ name: 'Different from an ordinary run', value: wishes }] : []),
    ...(run.options.undo ? [{ name: 'Takes back', value: <RunLink id={run.options.undo} /> }] : []),
    { name: 'Asked for', value: <When time={run.createdAt} withClock /> },
    ...(startedAt && run.state !== 'waiting_approval'
      ? [
          {
            name: finishedAt ? 'Took' : 'Running for',
            value: durationText(lengthMs(startedAt, finishedAt, now)),
          },
        ]
      : []),
    ...(finishedAt ? [{ name: 'Ended', value: <When time={finishedAt} withClock /> }] : []),
    ...run.approvals.map(({ by, createdAt }) => ({
      name: 'Approved',
      value: <Approval by={by} time={createdAt} />,
    })),
    ...(resumed
      ? [{ name: 'Done before it was cut off', value: countOf(resumed, 'operation') }]
      : []),
    ...(resentForMapping
      ? [{ name: 'Sent again for a new mapping', value: countOf(resentForMapping, 'row') }]
      : []),
    { name: 'Version of the sync', value: String(run.version) },
    ...(peakBytes ? [{ name: 'Peak memory of the agent', value: bytesText(peakBytes) }] : []),
    ...(bucketBytes ? [{ name: 'Written to the bucket', value: bytesText(bucketBytes) }] : []),
    ...(agent ? [{ name: 'Agent', value: mono(agent) }] : []),
    ...(finishedAt
      ? [{ name: 'Policy of the agent', value: <PolicyMark digest={policyDigest} /> }]
      : []),
    { name: 'Run', value: mono(run.id) },
  ];
}

const RunLink = ({ id }: { id: string }) => (
  <Anchor component={Link} to={`/runs/${id}`} fz="inherit">
    {id}
  </Anchor>
);

const Approval = ({ by, time }: { by: string; time: string }) => (
  <>
    {`by ${by}, `}
    <When time={time} />
  </>
);

function lengthMs(startedAt: string, finishedAt: string | null | undefined, now: Date): number {
  const end = finishedAt ? new Date(finishedAt) : now;
  return end.getTime() - new Date(startedAt).getTime();
}
