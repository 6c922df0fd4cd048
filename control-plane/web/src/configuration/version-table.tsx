import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { DataTable, type Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { changesText, doorText } from './change-words.js';

export interface VersionRow {
  number: number;
  createdAt: string;
  actor: string;
  actorKind: string;
  door: string;
  changes: number;
  restoredFrom?: number | null;
}

interface VersionTableProps {
  versions: readonly VersionRow[];
  newest: number;
  /** For those who may. */
  restore?(version: number): void;
}

export const VersionTable = ({ versions, newest, restore }: VersionTableProps) => (
  <DataTable
    caption="Versions of the configuration, newest first"
    columns={[...columns, backColumn(newest, restore)]}
    rows={versions}
    keyOf={({ number }) => String(number)}
  />
);

const columns: Column<VersionRow>[] = [
  {
    header: 'Version',
    isHeading: true,
    cell: ({ number, changes, restoredFrom }) => (
      <>
        <Anchor
          component={Link}
          to="/configuration/compare"
          search={{ from: number - 1, to: number } as never}
          fw={550}
          fz="inherit"
          aria-label={`Version ${number}: what it changed`}
        >
          {`Version ${number}`}
        </Anchor>
        <Text size="xs" c="dimmed">
          {changesText(changes)}
          {typeof restoredFrom === 'number' && `, back to version ${restoredFrom}`}
        </Text>
      </>
    ),
  },
  { header: 'When', cell: ({ createdAt }) => <When time={createdAt} withClock /> },
  {
    header: 'Who',
    cell: ({ actor, actorKind, door }) => (
      <>
        <span style={{ overflowWrap: 'anywhere' }}>{actor}</span>
        <Text size="xs" c="dimmed">
          {`${actorKind === 'key' ? 'API key, ' : ''}by ${doorText(door)}`}
        </Text>
      </>
    ),
  },
];

const backColumn = (
  newest: number,
  restore: ((version: number) => void) | undefined,
): Column<VersionRow> => ({
  header: 'Since then',
  cell: ({ number }) =>
    number === newest ? (
      'As it is now'
    ) : (
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          renderRoot={(props) => (
            <Link to="/configuration/compare" search={{ from: number } as never} {...props} />
          )}
          aria-label={`What changed since version ${number}`}
        >
          What changed
        </Button>
        {restore && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => restore(number)}
            aria-label={`Go back to version ${number}`}
          >
            Go back …
          </Button>
        )}
      </Group>
    ),
});
