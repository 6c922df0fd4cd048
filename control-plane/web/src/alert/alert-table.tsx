import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { DataTable, type Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { quietText } from './quiet-text.js';

export interface AlertRow {
  id: string;
  state: string;
  severity: string;
  title: string;
  text: string;
  sync?: string | null;
  run?: string | null;
  raisedAt: string;
  resolvedAt?: string | null;
  snoozedUntil?: string | null;
  muted: boolean;
  flapping: boolean;
}

export type AlertAction = 'mute' | 'unmute' | 'snooze' | 'wake';
type Act = (what: AlertAction, id: string) => void;

interface AlertTableProps {
  alerts: readonly AlertRow[];
  /** For operators and above. */
  act: Act | undefined;
}

export const AlertTable = ({ alerts, act }: AlertTableProps) => (
  <DataTable
    caption="Alerts, newest first"
    columns={columnsFor(act)}
    rows={alerts}
    keyOf={({ id }) => id}
  />
);

const columnsFor = (act: Act | undefined): Column<AlertRow>[] => [
  {
    header: 'What',
    isHeading: true,
    cell: (alert) => (
      <>
        <Subject {...alert} />
        <Text size="xs" c="dimmed">
          {alert.text}
        </Text>
      </>
    ),
  },
  { header: 'Severity', cell: ({ severity }) => severity },
  { header: 'Since', cell: ({ raisedAt }) => <When time={raisedAt} withClock /> },
  {
    header: 'Now',
    cell: (alert) =>
      alert.resolvedAt ? (
        <>
          over <When time={alert.resolvedAt} />
        </>
      ) : (
        quietText(alert)
      ),
  },
  {
    header: 'Quiet',
    cell: (alert) => act && alert.state === 'open' && <Quiet alert={alert} act={act} />,
  },
];

/** Leads to the page that says most of it. */
const Subject = ({ title, run, sync }: AlertRow) => (
  <Anchor component={Link} to={pathOf(run, sync)} fw={550} fz="inherit">
    {title}
  </Anchor>
);

function pathOf(run: string | null | undefined, sync: string | null | undefined): string {
  if (run) return `/runs/${run}`;
  return sync ? `/syncs/${encodeURIComponent(sync)}` : '/agents';
}

function Quiet({ alert, act }: { alert: AlertRow; act: Act }) {
  const { id, title, muted, snoozedUntil } = alert;
  const button = (what: AlertAction, label: string) => (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => act(what, id)}
      aria-label={`${label}: ${title}`}
    >
      {label}
    </Button>
  );
  return (
    <Group gap="xs">
      {!muted && (snoozedUntil ? button('wake', 'End snooze') : button('snooze', 'Snooze 1 h'))}
      {muted ? button('unmute', 'Unmute') : button('mute', 'Mute')}
    </Group>
  );
}
