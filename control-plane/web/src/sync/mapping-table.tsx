import { Text } from '@mantine/core';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import classes from './mapping-table.module.css';
import { nullText } from './null-text.js';

interface MappingTableProps {
  keys: { field: string; column: string }[];
  fields: { field: string; kind: string; text: string; nulls: string }[];
}

interface MappingRow {
  field: string;
  kind: string;
  text: string;
  nulls: string;
  isKey: boolean;
}

const columns: Column<MappingRow>[] = [
  {
    header: 'Destination field',
    isHeading: true,
    cell: ({ field, isKey }) => (
      <>
        <code className={classes['code']}>{field}</code>
        {isKey && (
          <Text span size="xs" c="dimmed" ml={8}>
            key
          </Text>
        )}
      </>
    ),
  },
  { header: 'Filled from', cell: ({ kind }) => kind },
  { header: 'Value', cell: ({ text }) => <code className={classes['code']}>{text}</code> },
  { header: 'When NULL', cell: nullText },
];

export function MappingTable({ keys, fields }: MappingTableProps) {
  const rows = [
    ...keys.map(({ field, column }) => ({
      field,
      kind: 'column',
      text: column,
      nulls: 'row is invalid',
      isKey: true,
    })),
    ...fields.map((field) => ({ ...field, isKey: false })),
  ];
  return (
    <DataTable
      caption="Which value goes into which field"
      columns={columns}
      rows={rows}
      keyOf={({ field, isKey }) => `${field} ${isKey}`}
    />
  );
}
