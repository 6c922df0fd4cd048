/** Why a slot had no run in time, as its row keeps it and as a person is told. */
const sentences = {
  'scheduler.late': 'The control plane was away, or too busy, when it was due.',
  /** Such a slot was not missed. */
  'sync.paused': 'The sync was paused.',
  'window.closed': 'It could have been made up for only outside of the windows of its schedule.',
  'run.already_live': 'Another run of the sync was live.',
  'run.waiting_approval': 'Another run of the sync waited for approval.',
  'run.parked': 'A run of the sync was parked, because its agents fell silent too often.',
  'destination.paused': 'The destination was paused.',
  'pool.paused': 'The pool was paused.',
  'pool.not_found': 'Nobody has made the pool of its source.',
  'pool.full': 'All agents of the pool were busy.',
  'agent.offline': 'No agent of the pool was there.',
  'workspace.full': 'The workspace had as many runs under way as it may.',
  'run.not_taken': 'Agents of the pool had room, and took none.',
} as const;

export type SlotReason = keyof typeof sentences;

export const isMissed = (reason: SlotReason | undefined): reason is SlotReason =>
  reason !== undefined && reason !== 'sync.paused';

/** One that a later control plane wrote down is shown as it is. */
export const sentenceOf = (reason: string): string =>
  sentences[reason as SlotReason] ?? `It had no run in time: ${reason}.`;

/** Of a slot that finds a live run in its way. */
export function reasonOfLive(state: string | null): SlotReason {
  if (state === 'waiting_approval') return 'run.waiting_approval';
  return state === 'parked' ? 'run.parked' : 'run.already_live';
}
