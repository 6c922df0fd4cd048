import { Button, NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { Refusal } from '../part/answers.js';
import { Confirm } from '../part/confirm.js';
import { DataTable } from '../part/data-table.js';
import type { Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { givenBy, mayChange } from './role.js';

export interface MemberRow {
  id: string;
  name: string;
  email: string;
  role: string;
  hasTotp: boolean;
  isViewer: boolean;
  joinedAt: string;
}

interface MemberTableProps {
  members: MemberRow[];
  /** Of who looks. */
  role: string;
  isBusy: boolean;
  changeError: CombinedError | undefined;
  removeError: CombinedError | undefined;
  change(id: string, role: string): void;
  /** True once the server has it. */
  remove(id: string): Promise<boolean>;
}

export function MemberTable(props: MemberTableProps) {
  const { members, role, isBusy, changeError, removeError, change, remove } = props;
  const [asked, setAsked] = useState<MemberRow>();
  const [isOpen, setIsOpen] = useState(false);
  const confirm = async () => {
    if (asked && (await remove(asked.id))) setIsOpen(false);
  };
  const ask = (member: MemberRow) => {
    setAsked(member);
    setIsOpen(true);
  };
  return (
    <>
      <Refusal error={changeError} />
      <DataTable
        caption="Members"
        columns={columnsFor(role, change, ask)}
        rows={members}
        keyOf={({ id }) => id}
      />
      <Confirm
        title="Remove this member?"
        text={`${asked?.email} loses access at once, and the API keys that they made here end.`}
        yes="Remove"
        no="Keep"
        isOpen={isOpen}
        isBusy={isBusy}
        error={removeError}
        close={() => setIsOpen(false)}
        confirm={() => void confirm()}
      />
    </>
  );
}

const columnsFor = (
  role: string,
  change: (id: string, role: string) => void,
  ask: (member: MemberRow) => void,
): Column<MemberRow>[] => [
  {
    header: 'Member',
    isHeading: true,
    cell: ({ name, email, isViewer }) => (
      <>
        {name}
        {isViewer && ' (you)'}
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {email}
        </Text>
      </>
    ),
  },
  {
    header: 'Role',
    cell: (member) =>
      mayChange(role, member.role) ? (
        <NativeSelect
          size="xs"
          aria-label={`Role of ${member.email}`}
          data={givenBy(role)}
          value={member.role}
          onChange={(event) => change(member.id, event.currentTarget.value)}
        />
      ) : (
        member.role
      ),
  },
  { header: 'Second factor', cell: ({ hasTotp }) => (hasTotp ? 'On' : 'Off') },
  { header: 'Joined', cell: ({ joinedAt }) => <When time={joinedAt} /> },
  {
    header: 'Access',
    cell: (member) =>
      mayChange(role, member.role) && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => ask(member)}
          aria-label={`Remove ${member.email}`}
        >
          Remove
        </Button>
      ),
  },
];
