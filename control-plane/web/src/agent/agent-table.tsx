import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { Confirm } from '../part/confirm.js';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { PolicyMark } from '../part/policy-mark.js';
import { When } from '../part/when.js';
import { OnlineMark } from './online-mark.js';

export interface AgentRow {
  id: string;
  pool: string;
  version?: string | null;
  online: boolean;
  slots: number;
  freeSlots: number;
  lastSeenAt?: string | null;
  revokedAt?: string | null;
  createdAt: string;
  policyDigest?: string | null;
}

interface AgentTableProps {
  agents: AgentRow[];
  /** Revoking is for admins. */
  mayRevoke: boolean;
  isBusy: boolean;
  error: CombinedError | undefined;
  /** True once the server has it. */
  revoke(id: string): Promise<boolean>;
}

const columns: Column<AgentRow>[] = [
  {
    header: 'Agent',
    isHeading: true,
    cell: (agent) => (
      <>
        <OnlineMark agent={agent} />
        <Text size="xs" c="dimmed" title={agent.id} ff="monospace" mt={2}>
          {agent.id.slice(0, 8)}
        </Text>
      </>
    ),
  },
  { header: 'Pool', cell: ({ pool }) => pool },
  { header: 'Version', cell: ({ version }) => version ?? '–' },
  {
    header: 'Policy',
    cell: ({ version, policyDigest }) => (version ? <PolicyMark digest={policyDigest} /> : '–'),
  },
  {
    header: 'Free slots',
    isNumber: true,
    cell: ({ online, freeSlots, slots }) => (online ? `${freeSlots} of ${slots}` : '–'),
  },
  {
    header: 'Last seen',
    cell: ({ lastSeenAt }) => (lastSeenAt ? <When time={lastSeenAt} withClock /> : 'Never'),
  },
  { header: 'Enrolled', cell: ({ createdAt }) => <When time={createdAt} withClock /> },
];

export function AgentTable({ agents, mayRevoke, isBusy, error, revoke }: AgentTableProps) {
  const [asked, setAsked] = useState<string>();
  const [isOpen, setIsOpen] = useState(false);
  const askAbout = (id: string) => {
    setAsked(id);
    setIsOpen(true);
  };
  const confirm = async () => {
    if (asked && (await revoke(asked))) setIsOpen(false);
  };
  return (
    <>
      <DataTable
        caption="Agents"
        columns={[...columns, accessColumn(mayRevoke ? askAbout : undefined)]}
        rows={agents}
        keyOf={({ id }) => id}
      />
      <Confirm
        title="Revoke this agent?"
        text={`Agent ${asked?.slice(0, 8)} is cut off within seconds, can’t connect again, and its runs go to other agents of the pool. To bring it back it has to enrol anew.`}
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

const accessColumn = (askAbout: ((id: string) => void) | undefined): Column<AgentRow> => ({
  header: 'Access',
  cell: ({ id, revokedAt }) =>
    revokedAt ? (
      <Text fz="inherit" c="dimmed">
        {'Revoked '}
        <When time={revokedAt} />
      </Text>
    ) : (
      askAbout && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => askAbout(id)}
          aria-label={`Revoke agent ${id.slice(0, 8)}`}
        >
          Revoke
        </Button>
      )
    ),
});
