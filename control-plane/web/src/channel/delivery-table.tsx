import { Button, Text } from '@mantine/core';
import { durationText } from '../format/duration.js';
import { CodeBlock } from '../part/code-block.js';
import { DataTable, type Column } from '../part/data-table.js';
import { When } from '../part/when.js';
import { deliveryStateText, problemText } from './channel-words.js';

interface Try {
  number: number;
  at: string;
  durationMs: number;
  status?: number | null;
  problem?: string | null;
}

export interface DeliveryRow {
  id: string;
  kind: string;
  recipient?: string | null;
  body: string;
  state: string;
  attempts: number;
  nextAttemptAt?: string | null;
  createdAt: string;
  tries: readonly Try[];
}

interface DeliveryTableProps {
  deliveries: readonly DeliveryRow[];
  replay(id: string): void;
}

export const DeliveryTable = ({ deliveries, replay }: DeliveryTableProps) => (
  <DataTable
    caption="Deliveries, newest first"
    columns={columnsFor(replay)}
    rows={deliveries}
    keyOf={({ id }) => id}
  />
);

const columnsFor = (replay: (id: string) => void): Column<DeliveryRow>[] => [
  {
    header: 'What',
    isHeading: true,
    cell: ({ kind, recipient, body }) => (
      <>
        {kind}
        {recipient && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {`to ${recipient}`}
          </Text>
        )}
        <details style={{ fontSize: 13, marginTop: 2 }}>
          <summary>What is sent</summary>
          <CodeBlock what={`the body of ${kind}`} text={body} wraps />
        </details>
      </>
    ),
  },
  { header: 'When', cell: ({ createdAt }) => <When time={createdAt} withClock /> },
  { header: 'State', cell: (delivery) => <State delivery={delivery} /> },
  { header: 'Attempts', cell: (delivery) => <Attempts delivery={delivery} /> },
  {
    header: 'Again',
    cell: ({ id, kind, state, createdAt }) =>
      state !== 'waiting' && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => replay(id)}
          aria-label={`Send again: ${kind} of ${createdAt}`}
        >
          Send again
        </Button>
      ),
  },
];

const colours: Record<string, string> = {
  delivered: 'var(--db-good)',
  dead: 'var(--db-bad)',
  waiting: 'var(--db-moving)',
};

const State = ({ delivery: { state, nextAttemptAt } }: { delivery: DeliveryRow }) => (
  <>
    <Text span inherit c={colours[state] ?? 'inherit'}>
      {deliveryStateText(state)}
    </Text>
    {nextAttemptAt && (
      <Text size="xs" c="dimmed">
        {'next attempt '}
        <When time={nextAttemptAt} />
      </Text>
    )}
  </>
);

function Attempts({ delivery: { attempts, tries } }: { delivery: DeliveryRow }) {
  const [last] = tries;
  if (!last) return 'None yet';
  const outcome = last.problem
    ? problemText(last.problem, last.status)
    : `Taken${last.status ? ` (HTTP ${last.status})` : ''} in ${durationText(last.durationMs)}`;
  return (
    <>
      {attempts}
      <Text size="xs" c="dimmed">
        {outcome}
      </Text>
      {tries.length > 1 && (
        <details style={{ fontSize: 13 }}>
          <summary>Earlier ones</summary>
          <ol reversed start={tries[1]?.number} style={{ margin: 0, paddingInlineStart: 20 }}>
            {tries.slice(1).map(({ number, at, status, problem }) => (
              <li key={number}>
                {problem ? problemText(problem, status) : 'Taken'} <When time={at} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}
