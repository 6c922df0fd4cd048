import { Stack, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { shortText } from '../format/time.js';
import { AtLeast } from '../frame/role.js';
import { Missing } from '../frame/missing-page.js';
import { Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { BaselinePanel } from './baseline-panel.js';
import { CancelRun } from './cancel-run.js';
import { CountsPanel } from './counts-panel.js';
import { DeliveryBar } from './delivery-bar.js';
import { HeldPlan } from './held-plan.js';
import { ParkedRun } from './parked-run.js';
import { paceText } from './pace-text.js';
import { phaseSteps } from './phase.js';
import { PhaseStepper } from './phase-stepper.js';
import { RunFacts } from './run-facts.js';
import { useRun } from './run-query.js';
import type { Run } from './run-query.js';
import { isLive, isOver, noteOf, stateOf } from './run-state.js';
import { StateMark } from './state-mark.js';
import { TroubleList } from './trouble-list.js';
import { UndoRun } from './undo-run.js';

const CancelRunMutation = graphql(`
  mutation CancelRun($input: CancelRunInput!) {
    cancelRun(input: $input) {
      run {
        ...RunParts
      }
    }
  }
`);

export function RunPage({ id }: { id: string }) {
  const { run, hear, isMissing, error, ask } = useRun(id);
  const [cancelled, cancelRun] = useMutation(CancelRunMutation);
  if (!run && isMissing) return <Missing title="There is no such run" />;
  if (!run && error) return <NoAnswer error={error} ask={ask} />;
  if (!run) return <Loading what="the run" />;

  const note = noteOf(run);
  const cancel = async () => {
    const { data } = await cancelRun({ input: { id } });
    if (data) hear(data.cancelRun.run);
    return data !== undefined;
  };
  return (
    <>
      <PageHead
        title={`${run.dryRun ? 'Dry run' : 'Run'} · ${shortText(new Date(run.createdAt), new Date())}`}
        tab={`${stateOf(run.state).label} · ${run.sync}`}
        crumbs={[
          { label: 'Syncs', to: '/' },
          { label: run.sync, to: `/syncs/${encodeURIComponent(run.sync)}` },
        ]}
        actions={
          <AtLeast least="operator">
            {isOver(run.state) ? (
              <UndoRun run={run} />
            ) : (
              !run.cancelRequestedAt && (
                <CancelRun
                  state={run.state}
                  isBusy={cancelled.fetching}
                  error={cancelled.error}
                  cancel={cancel}
                />
              )
            )}
          </AtLeast>
        }
      >
        <StateMark state={run.state} {...(note ? { note } : {})} />
      </PageHead>
      <RunBody run={run} hear={hear} />
    </>
  );
}

function RunBody({ run, hear }: { run: Run; hear: (heard: Run) => void }) {
  const live = isLive(run.state);
  // What stopped the run happened once; its count is not one of rows.
  const failure = run.failure && { ...run.failure, count: 0 };
  const troubles = [...(failure ? [failure] : []), ...run.errors];
  return (
    <Stack gap="md">
      <Announcement run={run} />
      {run.state === 'waiting_approval' && <HeldPlan run={run} hear={hear} />}
      {run.state === 'parked' && <ParkedRun run={run} hear={hear} />}
      {troubles.length > 0 && (
        <Panel title={run.failure ? 'Why it stopped' : 'Errors'}>
          <TroubleList run={run} troubles={troubles} />
        </Panel>
      )}
      <Panel title="Phases">
        <Stack gap="lg">
          <PhaseStepper steps={phaseSteps(run)} />
          {!run.dryRun && <DeliveryBar counts={run.counts} planned={run.planned} />}
          {run.state === 'running' && <Pace run={run} />}
        </Stack>
      </Panel>
      <CountsPanel counts={run.counts} isLive={live} />
      <RunFacts run={run} />
      {run.baseline && <BaselinePanel baseline={run.baseline} />}
    </Stack>
  );
}

/** How fast it is and how long it will take; the line keeps its place, so that nothing below it jumps. */
const Pace = ({ run }: { run: Run }) => (
  <Text size="sm" c="dimmed" mih="1.55em" className="numbers">
    {paceText(run)}
  </Text>
);

/** State and phase for those who hear the page; the numbers would never let them finish a sentence. */
function Announcement({ run }: { run: Run }) {
  const { state, phase } = run;
  const note = run.cancelRequestedAt ? noteOf(run) : state === 'running' ? phase : undefined;
  const at = note ? `, ${note}` : '';
  return (
    <VisuallyHidden aria-live="polite" role="status">
      {`${stateOf(state).label}${at}`}
    </VisuallyHidden>
  );
}
