import type { Transaction } from '../database/database.js';
import { EventService } from '../event/event.service.js';
import type { SlotReason } from './slot-reason.js';

export interface MissedSlot {
  syncId: string;
  workspaceId: string;
  at: Date;
  slots: number;
  reason: SlotReason;
  /** Of a run that is late, not left out. */
  runId?: string;
}

/** Belongs into the transaction that writes the reason down, so that each is told once. */
export async function tellMissed(tx: Transaction, missed: readonly MissedSlot[]): Promise<void> {
  await EventService.emit(
    tx,
    missed.map(({ syncId, workspaceId, runId, at, slots, reason }) => ({
      kind: 'run.missed',
      workspaceId,
      syncId,
      ...(runId !== undefined && { runId }),
      detail: { slot: at.toISOString(), slots, reason },
    })),
  );
}
