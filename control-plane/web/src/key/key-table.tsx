import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { givenBy } from '../member/role.js';
import { Confirm } from '../part/confirm.js';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { hasEnded } from './expiry.js';

export interface KeyRow {
  id: string;
  name: string;
  role: string;
  prefix?: string | null;
  madeBy?: string | null;
  createdAt: string;
  lastUsedAt?: string | null;
  expiresAt?: string | null;
}

interface KeyTableProps {
  keys: readonly KeyRow[];
  /** Of who looks. */
  role: string;
  isBusy: boolean;
  error: CombinedError | undefined;
  /** True once the server has it. */
  revoke(id: string): Promise<boolean>;
}

export function KeyTable({ keys, role, isBusy, error, revoke }: KeyTableProps) {
  const [asked, setAsked] = useState<KeyRow>();
  const [isOpen, setIsOpen] = useState(false);
  const confirm = async () => {
    if (asked && (await revoke(asked.id))) setIsOpen(false);
  };
  const ask = (key: KeyRow) => {
    setAsked(key);
    setIsOpen(true);
  };
  return (
    <>
      <DataTable
        caption="API keys"
        columns={[...columns, revokeColumn(role, ask)]}
        rows={keys}
        keyOf={({ id }) => id}
      />
      <Confirm
        title="Revoke this key?"
        text={`Whatever uses “${asked?.name}” is refused from its next request on. It can’t be brought back; make another key for what still needs one.`}
        yes="Revoke it"
        no="Keep it"
        isOpen={isOpen}
        isBusy={isBusy}
        error={error}
        close={() => setIsOpen(false)}
        confirm={() => void confirm()}
      />
    </>
  );
}

const columns: Column<KeyRow>[] = [
  {
    header: 'Key',
    isHeading: true,
    cell: ({ name, prefix }) => (
      <>
        <Text fz="inherit" fw={550} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        {prefix && (
          <Text size="xs" c="dimmed" ff="monospace">
            {`${prefix}…`}
          </Text>
        )}
      </>
    ),
  },
  { header: 'Role', cell: ({ role }) => role },
  {
    header: 'Made',
    cell: ({ createdAt, madeBy }) => (
      <>
        <When time={createdAt} />
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {madeBy ? `by ${madeBy}` : 'at the set-up'}
        </Text>
      </>
    ),
  },
  {
    header: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt ? <When time={lastUsedAt} /> : 'Never'),
  },
  { header: 'Ends', cell: ({ expiresAt }) => <End expiresAt={expiresAt} /> },
];

function End({ expiresAt }: { expiresAt: string | null | undefined }) {
  if (!expiresAt) return 'Never';
  if (!hasEnded(expiresAt, new Date())) return <When time={expiresAt} withClock />;
  return (
    <Text fz="inherit" c="var(--db-bad)">
      {'Ended '}
      <When time={expiresAt} />
    </Text>
  );
}

/** Nobody revokes a key of a role above their own. */
const revokeColumn = (role: string, ask: (key: KeyRow) => void): Column<KeyRow> => ({
  header: 'Access',
  cell: (key) =>
    givenBy(role).includes(key.role) ? (
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => ask(key)}
        aria-label={`Revoke the key ${key.name}`}
      >
        Revoke
      </Button>
    ) : (
      <Text fz="inherit" c="dimmed">
        {`For somebody of role ${key.role}`}
      </Text>
    ),
});
