import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { outcomeText } from '../run/outcome-text.js';
import type { OutcomeCounts } from '../run/outcome-text.js';
import { StateMark } from '../run/state-mark.js';
import { NextRun } from './next-run.js';
import type { NextRunProps } from './next-run.js';

export interface SyncRow extends NextRunProps {
  name: string;
  mode: string;
  object: string;
  model: { name: string; source: string };
  destination: { name: string };
  lastRun?: LastRun | null;
}

interface LastRun {
  id: string;
  state: string;
  phase?: string | null;
  dryRun: boolean;
  createdAt: string;
  counts: OutcomeCounts;
}

const columns: Column<SyncRow>[] = [
  {
    header: 'Sync',
    isHeading: true,
    cell: ({ name, model, destination, object }) => (
      <>
        <Anchor component={Link} to={`/syncs/${encodeURIComponent(name)}`} fw={550} fz={15}>
          {name}
        </Anchor>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {`${model.source} → ${destination.name} · ${object}`}
        </Text>
      </>
    ),
  },
  { header: 'Mode', cell: ({ mode }) => mode },
  { header: 'Last run', cell: ({ lastRun }) => <Last run={lastRun} /> },
  { header: 'Next run', cell: (sync) => <NextRun {...sync} /> },
];

function Last({ run }: { run: LastRun | null | undefined }) {
  if (!run)
    return (
      <Text fz="inherit" c="dimmed">
        Never run
      </Text>
    );
  const note = run.state === 'running' ? run.phase : run.dryRun ? 'dry run' : undefined;
  return (
    <>
      <Anchor component={Link} to={`/runs/${run.id}`} c="inherit" fz="inherit">
        <StateMark state={run.state} {...(note ? { note } : {})} />
      </Anchor>
      <Text size="sm" c="dimmed">
        {!run.dryRun && `${outcomeText(run.counts)} · `}
        <When time={run.createdAt} />
      </Text>
    </>
  );
}

export const SyncTable = ({ syncs }: { syncs: SyncRow[] }) => (
  <DataTable caption="Syncs" columns={columns} rows={syncs} keyOf={({ name }) => name} />
);
