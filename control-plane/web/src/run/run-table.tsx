import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { durationText } from '../format/duration.js';
import { countText } from '../format/number.js';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { outcomeText } from './outcome-text.js';
import type { OutcomeCounts } from './outcome-text.js';
import { triggerText } from './run-state.js';
import { StateMark } from './state-mark.js';

export interface RunRow {
  id: string;
  sync?: string;
  state: string;
  trigger: string;
  dryRun: boolean;
  createdAt: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  counts: OutcomeCounts & { queried: number };
}

const columns: Column<RunRow>[] = [
  {
    header: 'Run',
    isHeading: true,
    cell: (run) => (
      <Anchor component={Link} to={`/runs/${run.id}`} c="inherit" fz="inherit">
        <StateMark state={run.state} {...(run.dryRun ? { note: 'dry run' } : {})} />
      </Anchor>
    ),
  },
  { header: 'Asked for', cell: ({ createdAt }) => <When time={createdAt} withClock /> },
  { header: 'Trigger', isWideOnly: true, cell: ({ trigger }) => triggerText(trigger) },
  { header: 'Took', isNumber: true, cell: tookText },
  {
    header: 'Queried',
    isNumber: true,
    isWideOnly: true,
    cell: ({ counts }) => countText(counts.queried),
  },
  {
    header: 'Outcome',
    cell: ({ counts }) => <Text fz="inherit">{outcomeText(counts)}</Text>,
  },
];

function tookText({ startedAt, finishedAt }: RunRow): string {
  if (!startedAt || !finishedAt) return '–';
  return durationText(new Date(finishedAt).getTime() - new Date(startedAt).getTime());
}

const syncColumn: Column<RunRow> = {
  header: 'Sync',
  cell: ({ sync = '' }) => (
    <Anchor component={Link} to={`/syncs/${encodeURIComponent(sync)}`} fz="inherit">
      {sync}
    </Anchor>
  ),
};

interface RunTableProps {
  runs: RunRow[];
  /** Where they are not all of one. */
  withSync?: boolean;
}

export const RunTable = ({ runs, withSync = false }: RunTableProps) => (
  <DataTable
    caption="Runs, newest first"
    columns={withSync ? columns.toSpliced(1, 0, syncColumn) : columns}
    rows={runs}
    keyOf={({ id }) => id}
  />
);
