import { bytesText, countText } from '../format/number.js';
import { DataTable, type Column } from '../part/data-table.js';
import { unsentOf, type UsageSum } from './usage-sum.js';

export interface UsageRow {
  name: string;
  sum: UsageSum;
}

interface UsageTableProps {
  caption: string;
  /** What a row is of: a day or a sync. */
  of: string;
  rows: readonly UsageRow[];
}

export function UsageTable({ caption, of, rows }: UsageTableProps) {
  return (
    <DataTable
      caption={caption}
      columns={[{ header: of, isHeading: true, cell: ({ name }) => name }, ...columns]}
      rows={rows}
      keyOf={({ name }) => name}
    />
  );
}

const number = (header: string, of: (sum: UsageSum) => number): Column<UsageRow> => ({
  header,
  isNumber: true,
  cell: ({ sum }) => countText(of(sum)),
});

const columns: Column<UsageRow>[] = [
  number('Runs', ({ runs }) => runs),
  number('Failed', ({ failed }) => failed),
  number('Queried', ({ rows }) => rows.queried),
  number('Sent', ({ rows }) => rows.sent),
  number('Not sent', unsentOf),
  {
    header: 'To the bucket',
    isNumber: true,
    isWideOnly: true,
    cell: ({ sum }) => bytesText(sum.bucketBytes),
  },
];
