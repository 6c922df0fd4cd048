/** Why a slot had no run in time. */
export const slotReasons = [
  /** Nobody looked, or an agent began before anybody could say why it was late. */
  'scheduler.late',
  /** A person had paused the sync. Such a slot was not missed. */
  'sync.paused',
  /** No window of its schedule was open when it could have been made up for. */
  'window.closed',
  'run.already_live',
  'run.waiting_approval',
  'run.parked',
  'destination.paused',
  'pool.paused',
  'pool.not_found',
  'pool.full',
  'agent.offline',
  /** The workspace holds as many runs as it may. */
  'workspace.full',
  /** Agents had room, and took none. */
  'run.not_taken',
] as const;
export type SlotReason = (typeof slotReasons)[number];

export const isMissed = (reason: SlotReason | undefined): reason is SlotReason =>
  reason !== undefined && reason !== 'sync.paused';

/** Of a slot that finds a live run in its way. */
export function reasonOfLive(state: string | null): SlotReason {
  if (state === 'waiting_approval') return 'run.waiting_approval';
  return state === 'parked' ? 'run.parked' : 'run.already_live';
}
