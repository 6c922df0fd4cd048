import type { Column } from '../connector/value.js';
import { Failure } from '../failure.js';
import type { Manifest } from './baseline.js';
import { mappingDigest } from './mapping-digest.js';
import { operationKind } from './operation.js';
import type { SyncRequest } from './sync-request.js';

/** How a run stands to the baseline it found: what of it can be compared, and what has to be sent all the same. */
export interface Footing {
  /** Keys can't be compared. The baseline is set aside, and nothing of what it holds is removed. */
  isFresh: boolean;
  /** Every current row is sent again, changed or not. */
  resend: boolean;
  /** It is sent because its record would be another one now; what is not taken has to be found again. */
  owed: boolean;
  /** Columns whose former values are of another type; they can't be written as what the column is now. */
  drifted: ReadonlySet<string>;
}

/**
 * Throws CONFIG when key or types are others than in the baseline, unless everything is to be sent anyway. With the same
 * key, `--full` still finds the rows that left. With another one it can't tell which rows those are.
 */
export function footingOf(
  request: SyncRequest,
  columns: readonly Column[],
  manifest: Manifest | undefined,
): Footing {
  const { full } = request.run;
  const none = { isFresh: false, resend: full, owed: false, drifted: new Set<string>() };
  if (!manifest) return none;
  const former = new Map(manifest.columns.map((column) => [column.name, column]));
  const drifted = columns.filter((column) => !isSameType(former.get(column.name), column));
  const hasOtherKey = isOtherKey(request, manifest);
  if (!full && hasOtherKey) throw keyChanged();
  if (!full && drifted.length > 0) throw typeDrift(manifest.columns, columns);
  const keys = columns.slice(0, request.model.primaryKey.length);
  if (hasOtherKey || keys.some((column) => !isSameText(former.get(column.name), column)))
    return { ...none, isFresh: true };
  const isOther = !hasSameNames(manifest.columns, columns) || drifted.length > 0;
  const isMappedAnew = (manifest.mapping ?? mappingDigest(request)) !== mappingDigest(request);
  const sendsChanges = operationKind(request, 'changed') !== undefined;
  const owed = sendsChanges && (isOther || isMappedAnew);
  const resend = full || owed || isOther;
  const lost = drifted.filter((column) => !isSameText(former.get(column.name), column));
  return { isFresh: false, resend, owed, drifted: new Set(lost.map(({ name }) => name)) };
}

function isOtherKey({ model }: SyncRequest, { columns, keyColumns }: Manifest): boolean {
  const former = columns.slice(0, keyColumns).map(({ name }) => name);
  return JSON.stringify(former) !== JSON.stringify(model.primaryKey);
}

const hasSameNames = (former: readonly Column[], columns: readonly Column[]): boolean =>
  JSON.stringify(former.map(({ name }) => name)) ===
  JSON.stringify(columns.map(({ name }) => name));

/** A column that the baseline lacks has no type to differ from. */
const isSameType = (former: Column | undefined, { vendorType }: Column): boolean =>
  former === undefined || former.vendorType === vendorType;

/** Whether equal values have equal texts. Of integers they have, however wide; `1.0` may become `1.00`. */
const isSameText = (former: Column | undefined, column: Column): boolean =>
  isSameType(former, column) || (former?.type === 'integer' && column.type === 'integer');

function keyChanged(): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.key_changed',
    'The primary key of the model is another one than in the baseline. Run the sync with --full to send every row again; records of rows that left the query meanwhile stay, since nobody can tell which they are. With --rebaseline nothing is sent at all: what changed meanwhile stays as it is, too.',
  );
}

function typeDrift(was: readonly Column[], is: readonly Column[]): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.type_drift',
    'A column of the model has another type than in the baseline. Run the sync with --full to send every row in its new form; rows that left are still removed, unless the column is of the primary key. With --rebaseline nothing is sent: records stay as they are, and those of rows that changed or left meanwhile do so for good.',
    { detail: JSON.stringify({ was, is }) },
  );
}
