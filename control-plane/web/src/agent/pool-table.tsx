import { Text } from '@mantine/core';
import { DataTable, type Column } from '../part/data-table.js';
import { PauseNote } from '../pause/pause-note.js';
import { PausePool } from '../pause/pause-pool.js';

export interface PoolRow {
  id: string;
  name: string;
  pausedAt?: string | null;
  pauseReason?: string | null;
}

/** Groups of agents that reach the same things. */
export const PoolTable = ({ pools, ask }: { pools: readonly PoolRow[]; ask(): void }) => (
  <DataTable caption="Pools" columns={columnsFor(ask)} rows={pools} keyOf={({ id }) => id} />
);

const columnsFor = (ask: () => void): Column<PoolRow>[] => [
  {
    header: 'Pool',
    isHeading: true,
    cell: ({ name }) => (
      <Text fz="inherit" fw={550} style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Text>
    ),
  },
  {
    header: 'State',
    cell: ({ pausedAt, pauseReason }) =>
      pausedAt ? <PauseNote since={pausedAt} reason={pauseReason} /> : 'Given work',
  },
  { header: 'Pause', cell: (pool) => <PausePool pool={pool} ask={ask} /> },
];
