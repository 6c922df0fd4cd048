import { durationText } from '../format/duration.js';
import { bytesText } from '../format/number.js';
import { Facts } from '../part/facts.js';
import type { Fact } from '../part/facts.js';
import { useNow } from '../part/now.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
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
  const { startedAt, finishedAt, agent, peakBytes, bucketBytes } = run;
  const mono = (text: string) => <code style={{ fontSize: 12.5 }}>{text}</code>;
  return [
    { name: 'Trigger', value: triggerText(run.trigger) },
    { name: 'Asked for', value: <When time={run.createdAt} withClock /> },
    ...(startedAt
      ? [
          {
            name: finishedAt ? 'Took' : 'Running for',
            value: durationText(lengthMs(startedAt, finishedAt, now)),
          },
        ]
      : []),
    ...(finishedAt ? [{ name: 'Ended', value: <When time={finishedAt} withClock /> }] : []),
    { name: 'Version of the sync', value: String(run.version) },
    ...(peakBytes ? [{ name: 'Peak memory of the agent', value: bytesText(peakBytes) }] : []),
    ...(bucketBytes ? [{ name: 'Written to the bucket', value: bytesText(bucketBytes) }] : []),
    ...(agent ? [{ name: 'Agent', value: mono(agent) }] : []),
    { name: 'Run', value: mono(run.id) },
  ];
}

function lengthMs(startedAt: string, finishedAt: string | null | undefined, now: Date): number {
  const end = finishedAt ? new Date(finishedAt) : now;
  return end.getTime() - new Date(startedAt).getTime();
}
