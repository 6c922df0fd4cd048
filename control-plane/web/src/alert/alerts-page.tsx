import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { useClient, useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';
import { usePolledQuery } from '../api/polled-query.js';
import { useRole } from '../frame/role.js';
import { isAtLeast } from '../member/role.js';
import { Empty, Loading, NoAnswer, Refusal } from '../part/answers.js';
import { MoreButton } from '../part/more-button.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { AlertTable } from './alert-table.js';

const AlertsQuery = graphql(`
  query AlertsPage($first: Int!, $after: String, $filter: AlertFilter) {
    alerts(first: $first, after: $after, filter: $filter) {
      edges {
        node {
          id
          state
          severity
          title
          text
          sync
          run
          raisedAt
          resolvedAt
          snoozedUntil
          muted
          flapping
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const MuteMutation = graphql(`
  mutation MuteAlert($input: AlertInput!) {
    muteAlert(input: $input) {
      alert {
        id
        muted
      }
    }
  }
`);

const UnmuteMutation = graphql(`
  mutation UnmuteAlert($input: AlertInput!) {
    unmuteAlert(input: $input) {
      alert {
        id
        muted
      }
    }
  }
`);

const SnoozeMutation = graphql(`
  mutation SnoozeAlert($input: SnoozeAlertInput!) {
    snoozeAlert(input: $input) {
      alert {
        id
        snoozedUntil
      }
    }
  }
`);

const pageLength = 50;
const pollMs = 10_000;
const snoozeMs = 3_600_000;
const shown = { open: 'Open', resolved: 'Over' } as const;

/** What is wrong and since when, and what was. */
export function AlertsPage() {
  const [state, setState] = useState<string>('open');
  return (
    <>
      <PageHead
        title="Alerts"
        actions={
          <NativeSelect
            aria-label="Which alerts"
            data={Object.entries(shown).map(([value, label]) => ({ value, label }))}
            value={state}
            onChange={(event) => setState(event.currentTarget.value)}
          />
        }
      >
        What needs somebody. Rules and who is told of them stand in the configuration, under{' '}
        <Text span inherit ff="monospace">
          alerts:
        </Text>
      </PageHead>
      <AlertList key={state} state={state} />
    </>
  );
}

function AlertList({ state }: { state: string }) {
  const wanted = { first: pageLength, filter: { state } };
  const { data, error, ask } = usePolledQuery(AlertsQuery, wanted, pollMs);
  const client = useClient();
  const alerts = useGrowingList(data?.alerts, async (after) => {
    const asked = { ...wanted, after };
    const answer = client.query(AlertsQuery, asked, { requestPolicy: 'network-only' });
    return (await answer.toPromise()).data?.alerts;
  });
  const mayAct = isAtLeast(useRole(), 'operator');
  const { act, refused } = useAlertActions(ask);
  if (!data) return error ? <NoAnswer error={error} ask={ask} /> : <Loading what="the alerts" />;
  return (
    <Panel isFlush>
      <Refusal error={refused} />
      {alerts.nodes.length === 0 ? (
        <NoAlerts isOpen={state === 'open'} />
      ) : (
        <AlertTable alerts={alerts.nodes} act={mayAct ? act : undefined} />
      )}
      <MoreButton isShown={alerts.hasMore} isBusy={alerts.isBusy} more={alerts.more}>
        Show earlier alerts
      </MoreButton>
    </Panel>
  );
}

function useAlertActions(ask: () => void) {
  const [muted, mute] = useMutation(MuteMutation);
  const [unmuted, unmute] = useMutation(UnmuteMutation);
  const [snoozed, snooze] = useMutation(SnoozeMutation);
  const inAnHour = () => new Date(Date.now() + snoozeMs).toISOString();
  const doings = {
    mute: (id: string) => mute({ input: { id } }),
    unmute: (id: string) => unmute({ input: { id } }),
    snooze: (id: string) => snooze({ input: { id, until: inAnHour() } }),
    wake: (id: string) => snooze({ input: { id, until: null } }),
  };
  const act = (what: keyof typeof doings, id: string) => void doings[what](id).then(ask);
  return { act, refused: muted.error ?? unmuted.error ?? snoozed.error };
}

const NoAlerts = ({ isOpen }: { isOpen: boolean }) => (
  <Empty title={isOpen ? 'Nothing is wrong' : 'None is over yet'}>
    <Text c="dimmed">
      {isOpen
        ? 'An alert is raised when a run fails, is late or waits for approval, rows are rejected, or an agent falls silent.'
        : 'Alerts that have ended are kept here, with when they began and ended.'}
    </Text>
  </Empty>
);
