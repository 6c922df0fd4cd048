/**
 * queued → leased → running → succeeded | completed_with_errors | failed | cancelled, and from a plan that needs a
 * person's word through waiting_approval back to queued. A lease that ran out puts a leased or running run back to queued,
 * and one that ran out too often to parked, from where a person can release it. Postgres holds the same table in a
 * trigger (`Run_moves`), so that no statement, whoever writes it, makes another move.
 */
export const runStates = [
  'queued',
  'leased',
  'running',
  'waiting_approval',
  'parked',
  'succeeded',
  'completed_with_errors',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof runStates)[number];

const moves: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ['leased', 'failed', 'cancelled'],
  // The agent may say how it went in the same breath as that it began.
  leased: [
    'queued',
    'running',
    'waiting_approval',
    'parked',
    'succeeded',
    'completed_with_errors',
    'failed',
    'cancelled',
  ],
  running: [
    'queued',
    'waiting_approval',
    'parked',
    'succeeded',
    'completed_with_errors',
    'failed',
    'cancelled',
  ],
  waiting_approval: ['queued', 'cancelled'],
  parked: ['queued', 'cancelled'],
  succeeded: [],
  completed_with_errors: [],
  failed: [],
  cancelled: [],
};

/** The states from which a run may come into this one: the condition of the update that moves it. */
export const statesBefore = (to: RunState): RunState[] =>
  runStates.filter((from) => moves[from].includes(to));

export const isOver = (state: RunState): boolean => moves[state].length === 0;

export const liveStates: readonly RunState[] = runStates.filter((state) => !isOver(state));

/** An agent has it. */
export const leasedStates = ['leased', 'running'] as const satisfies readonly RunState[];

/** Nothing happens to these until a person says so. */
export const heldStates = ['waiting_approval', 'parked'] as const satisfies readonly RunState[];
