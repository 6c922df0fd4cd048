import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { cached } from './baseline.js';
import type { Manifest } from './baseline.js';
import { countOf } from './passes.js';
import type { SyncRequest } from './sync-request.js';
import type { RecordContext } from './segments.js';

/** The view that holds them during a run: `klo`, `khi`, `rh`, `tries`, `run_id`, `code`. */
export const rejectedView = 'rejected';

const none = `select 0::ubigint as klo, 0::ubigint as khi, 0::ubigint as rh, 0 as tries,
  '' as run_id, '' as code where false`;

/** Makes the set of a baseline the one of the run. Asked to start over, a lost one is as good as none. */
export async function viewRejected(
  manifest: Manifest | undefined,
  { duck, tools }: Pick<RecordContext, 'duck' | 'tools'>,
  { tolerant }: { tolerant: boolean },
): Promise<void> {
  const segment = manifest?.rejected;
  const file = segment && (await cached(tools, segment.file).catch(lostUnless(tolerant)));
  const rows = file ? `select * from read_parquet(${quoteText(file)})` : none;
  await duck.run(`create or replace view ${rejectedView} as ${rows}`);
}

/** Forgets those whose row is as the destination has it again, or left before it was ever taken. */
export async function keepStillRejected(manifest: Manifest | undefined, duck: Duck): Promise<void> {
  if (!manifest?.rejected) return;
  const changes = ['added', 'changed', 'removed'].map((change) => `select klo, khi from ${change}`);
  await duck.run(`create table still_rejected as select * from ${rejectedView}
    semi join (${changes.join(' union all ')}) using (klo, khi)`);
  await duck.run(`create or replace view ${rejectedView} as select * from still_rejected`);
}

/** Of the rows that were refused before, those that are tried again. */
export async function countTriedAgain({
  duck,
  request: { quarantineAfter },
}: {
  duck: Duck;
  request: Pick<SyncRequest, 'quarantineAfter'>;
}): Promise<number> {
  const isTried = quarantineAfter > 0 ? `tries < ${quarantineAfter}` : 'true';
  return countOf(duck, `${rejectedView} where ${isTried}`);
}

/** For whom a lost set is as good as none. */
function lostUnless(tolerant: boolean): (error: unknown) => undefined {
  return (error) => {
    const isLost = error instanceof Failure && error.code.startsWith('baseline.');
    if (!tolerant || !isLost) throw error;
    return undefined;
  };
}
