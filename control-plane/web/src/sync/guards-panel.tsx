import { Text } from '@mantine/core';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { Facts } from '../part/facts.js';
import { Panel } from '../part/panel.js';
import { actionText, limitText, type GuardRow } from './guard-text.js';
import type { Sync } from './sync-query.js';

const columns: Column<GuardRow>[] = [
  { header: 'Rows', isHeading: true, cell: ({ name }) => name },
  { header: 'When', cell: (guard) => limitText(guard) },
  { header: 'Then', cell: actionText },
];

/** What is judged before anything is sent, and what is done in the cases that nobody likes. */
export function GuardsPanel({ sync }: { sync: Sync }) {
  return (
    <Panel title="Guards" hint="Judged before anything is sent." isFlush>
      <div style={{ height: 12 }} />
      {sync.guards.length > 0 ? (
        <DataTable
          caption="Guards"
          columns={columns}
          rows={sync.guards}
          keyOf={({ name }) => name}
        />
      ) : (
        <Text c="dimmed" px={20} pb={12}>
          No guard judges how many rows change.
        </Text>
      )}
      <div style={{ padding: '12px 20px 20px' }}>
        <Facts facts={factsOf(sync)} />
      </div>
    </Panel>
  );
}

const factsOf = (sync: Sync) => [
  { name: 'Query without rows', value: emptyResults[sync.emptyResult] ?? sync.emptyResult },
  { name: 'First run', value: firstRuns[sync.firstRun] ?? sync.firstRun },
  { name: 'Mapping changes', value: mappingChanges[sync.mappingChange] ?? sync.mappingChange },
  { name: 'Values in your bucket', value: snapshots[sync.snapshots] ?? sync.snapshots },
  { name: 'A row that is always rejected', value: quarantineText(sync.quarantineAfter) },
  { name: 'No answer', value: uncertains[sync.uncertain] ?? sync.uncertain },
  { name: 'A key that comes twice', value: copies[sync.model.duplicates] ?? sync.model.duplicates },
];

const emptyResults: Record<string, string> = {
  stop: 'stops the run',
  allow: 'is taken as it is',
};

const firstRuns: Record<string, string> = {
  default: 'as the destination does: records are sent, of messages none',
  send: 'sends every row',
  baseline: 'records the rows and sends nothing',
};

const mappingChanges: Record<string, string> = {
  backfill: 'every row is sent again',
  'from-now-on': 'only what changes from then on is sent',
  stop: 'the run stops',
};

const snapshots: Record<string, string> = {
  full: 'as they were sent',
  hashed: 'only keys and keyed digests',
};

const uncertains: Record<string, string> = {
  hold: 'held, where it can not be sent twice',
  resend: 'sent again',
};

const copies: Record<string, string> = {
  invalid: 'no copy is sent',
  first: 'the first copy is sent',
  fail: 'the run stops',
};

function quarantineText(after: number | null | undefined): string {
  if (!after) return 'is tried in every run';
  return after === 1 ? 'is set aside after 1 run' : `is set aside after ${after} runs`;
}
