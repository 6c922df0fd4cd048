import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';
import { syncEntryOf } from '../sync/sync-of.js';
import type { RunOptions } from './run-options.js';

/** Of a sync that replaces everything a part can't be sent: the rest of its records would be gone. */
export async function assertPossible(
  tx: Transaction,
  syncId: string,
  { canary, onlyRejected }: RunOptions,
): Promise<void> {
  if (canary === undefined && !onlyRejected) return;
  const sync = await tx.sync.findUniqueOrThrow({ where: { id: syncId }, select: { spec: true } });
  if (syncEntryOf(sync).mode !== 'replace') return;
  const wish = canary === undefined ? 'onlyRejected' : 'canary';
  throw new AppError(
    'run.part_of_replace',
    `This sync replaces everything in every run, so "${wish}" would leave a part of the result in its place. Run it as a whole, with "dryRun" first to see what it would do.`,
  );
}
