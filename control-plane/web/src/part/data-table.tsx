import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './data-table.module.css';

export interface Column<Row> {
  header: string;
  /** Numbers stand on the right, under each other. */
  isNumber?: boolean;
  /** On a narrow screen the row's heading, without a label. */
  isHeading?: boolean;
  /** Left out on a narrow screen: the row leads to a page that says it. */
  isWideOnly?: boolean;
  cell(row: Row): ReactNode;
}

interface DataTableProps<Row> {
  /** What the table holds, for those who can't see where it stands. */
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
}

// Narrow screens show each row as a card. The roles are written out because `display: block` takes them away.
export function DataTable<Row>({ caption, columns, rows, keyOf }: DataTableProps<Row>) {
  return (
    <table role="table" className={classes['table']}>
      <caption>
        <VisuallyHidden>{caption}</VisuallyHidden>
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ header, isNumber }) => (
            <th key={header} role="columnheader" scope="col" data-number={isNumber || undefined}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column) => (
              <Cell key={column.header} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { header, isNumber, isHeading, isWideOnly, cell } = column;
  const marks = {
    'data-label': header,
    'data-number': isNumber || undefined,
    'data-wide-only': isWideOnly || undefined,
  };
  if (isHeading)
    return (
      <th role="rowheader" scope="row" {...marks}>
        {cell(row)}
      </th>
    );
  return (
    <td role="cell" {...marks}>
      <div>{cell(row)}</div>
    </td>
  );
}
