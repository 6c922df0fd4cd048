import { Text } from '@mantine/core';
import { DataTable, type Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { changeText } from './change-text.js';

export interface Entry {
  id: string;
  sequence: number;
  createdAt: string;
  action: string;
  address?: string | null;
  before?: string | null;
  after?: string | null;
  actor: { kind: string; name: string };
  subject: { kind: string; id?: string | null; name?: string | null };
}

export const EntryTable = ({ entries }: { entries: readonly Entry[] }) => (
  <DataTable
    caption="Entries of the audit log, newest first"
    columns={columns}
    rows={entries}
    keyOf={({ id }) => id}
  />
);

const columns: Column<Entry>[] = [
  {
    header: 'What',
    isHeading: true,
    cell: ({ action, subject }) => (
      <>
        {action}
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {`${subject.kind} ${subject.name ?? subject.id ?? ''}`}
        </Text>
      </>
    ),
  },
  {
    header: 'Who',
    cell: ({ actor, address }) => (
      <>
        {actor.name}
        <Text size="xs" c="dimmed">
          {address ? `${actor.kind}, ${address}` : actor.kind}
        </Text>
      </>
    ),
  },
  {
    header: 'When',
    cell: ({ createdAt }) => (
      <Text span inherit style={{ whiteSpace: 'nowrap' }}>
        <When time={createdAt} withClock />
      </Text>
    ),
  },
  {
    header: 'Change',
    isWideOnly: true,
    cell: (entry) => (
      <Text size="xs" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {changeText(entry)}
      </Text>
    ),
  },
  { header: 'Number', isNumber: true, isWideOnly: true, cell: ({ sequence }) => sequence },
];
