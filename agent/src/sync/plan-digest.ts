import { createHash } from 'node:crypto';
import type { OperationKind } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { mappingDigest } from './mapping-digest.js';
import type { Change } from './mapping.js';
import type { SyncRequest } from './sync-request.js';

/** The operations of one change, wherever they lie. */
export interface DigestedPart {
  change: Change;
  kind?: OperationKind | undefined;
  /** SQL of its rows: `klo`, `khi` and `rh` at least. */
  relation: string;
}

/** SQL of a row fingerprint without the bits that say whose the record is. */
export const rowFingerprint = (rh: string): string => `(${rh} - ${rh} % 8)`;

/**
 * Names a plan: the same operations at the same place have the same digest, in whatever order they come. It is made of
 * keyed fingerprints alone, so it tells nobody a value. Lower-case hex.
 */
export async function planDigest(
  duck: Duck,
  place: string,
  parts: readonly DigestedPart[],
): Promise<string> {
  const summed: unknown[] = [];
  const sent = parts.filter(({ kind }) => kind !== undefined);
  for (const { change, kind, relation } of sent.toSorted(byChange))
    summed.push([change, kind, ...(await sumsOf(duck, relation))]);
  return createHash('sha256')
    .update(JSON.stringify([place, summed]))
    .digest('hex');
}

/** Where the operations of a sync go, what they make of a row, and which run they undo; an approval is of that as well. */
export function placeOf(request: SyncRequest, target: string): string {
  const { object, mode, onRemoved, options, run } = request;
  const set = onRemoved.set.map(({ field, value }) => [field, value]);
  const what = [mode, mappingDigest(request), onRemoved.action, set, options, run.undo ?? null];
  return canonical([object, target, ...what]);
}

const byChange = (a: DigestedPart, b: DigestedPart): number => (a.change < b.change ? -1 : 1);

/** Sums tell how much there is; the products bind each key to its row, or two rows could change places unnoticed. */
async function sumsOf(duck: Duck, relation: string): Promise<string[]> {
  const row = `${rowFingerprint('rh')}::uhugeint + 1`;
  const [sums = []] = await duck.rows(`select count(*)::varchar,
      sum(klo)::varchar, sum(khi)::varchar, sum(${rowFingerprint('rh')}::hugeint)::varchar,
      bit_xor(klo::uhugeint * (${row}))::varchar, bit_xor(khi::uhugeint * (${row}))::varchar
    from ${relation}`);
  return sums.map(String);
}

/** JSON with the entries of objects in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
