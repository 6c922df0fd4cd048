/** What a run can be asked for, as far as one wish may speak against another. */
export interface RunWishes {
  dryRun?: boolean;
  full?: boolean;
  rebaseline?: boolean;
  verify?: boolean;
  /** True when the number of operations is limited. */
  canary?: boolean;
  onlyRejected?: boolean;
  /** True when a run is to be undone. */
  undo?: boolean;
  acceptTypes?: boolean;
  backfill?: boolean;
  fromNowOn?: boolean;
}

export interface RunConflict {
  wishes: readonly [keyof RunWishes, keyof RunWishes];
  /** Completes “Choose one of them:”. */
  reason: string;
}

const unread = 'taking back a run reads its log, not the model';
const all = 'every current row is sent anyway';
const nothing = 'rebaseline sends nothing';
const few = 'only rows that were rejected are sent';

const conflicts: readonly RunConflict[] = [
  { wishes: ['full', 'rebaseline'], reason: 'one sends every row, the other sends none' },
  { wishes: ['backfill', 'fromNowOn'], reason: 'one sends every row again, the other does not' },
  { wishes: ['canary', 'rebaseline'], reason: nothing },
  { wishes: ['onlyRejected', 'rebaseline'], reason: nothing },
  { wishes: ['backfill', 'rebaseline'], reason: nothing },
  { wishes: ['fromNowOn', 'rebaseline'], reason: 'rebaseline records every row as it is anyway' },
  {
    wishes: ['acceptTypes', 'rebaseline'],
    reason: 'rebaseline takes the types as they are anyway',
  },
  { wishes: ['onlyRejected', 'full'], reason: few },
  { wishes: ['onlyRejected', 'backfill'], reason: few },
  { wishes: ['onlyRejected', 'fromNowOn'], reason: few },
  { wishes: ['backfill', 'full'], reason: all },
  { wishes: ['fromNowOn', 'full'], reason: all },
  { wishes: ['acceptTypes', 'full'], reason: `${all}, with its types as they are` },
  ...(
    [
      'full',
      'rebaseline',
      'verify',
      'onlyRejected',
      'acceptTypes',
      'backfill',
      'fromNowOn',
    ] as const
  ).map((other) => ({ wishes: ['undo', other] as const, reason: unread })),
];

/** The first two wishes that make no sense together. */
export const conflictOf = (wishes: RunWishes): RunConflict | undefined =>
  conflicts.find(({ wishes: [one, other] }) => wishes[one] && wishes[other]);
