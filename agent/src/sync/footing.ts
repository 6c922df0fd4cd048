import type { RowStream } from '../connector/source.js';
import type { Column, ValueType } from '../connector/value.js';
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
  /** Rather than to send rows for the mapping alone, the run stops. */
  stops: boolean;
  /**
   * Where mapping or types are others and rows are not sent for that: the columns that tell whether a row has changed.
   * One that has not is only written anew, in the form that it has now.
   */
  recode?: ReadonlySet<string>;
  /** Columns whose former values are of another type; they can't be written as what the column is now. */
  drifted: ReadonlySet<string>;
  /**
   * The source writes values in another form than the baseline has them in: every row is compared, and what only looks
   * different is written anew.
   */
  reformed: boolean;
}

/**
 * Throws CONFIG when key or types are others than in the baseline, unless everything is to be sent anyway or somebody
 * accepts the types. With the same key, `--full` still finds the rows that left. With another one it can't tell which
 * rows those are.
 */
export function footingOf(
  request: SyncRequest,
  { columns, form }: Pick<RowStream, 'columns' | 'form'>,
  manifest: Manifest | undefined,
): Footing {
  const { acceptTypes = false } = request.run;
  const full = sendsAll(request);
  const none = {
    isFresh: false,
    resend: full,
    owed: false,
    stops: false,
    drifted: new Set<string>(),
    reformed: false,
  };
  if (!manifest) return none;
  const former = new Map(manifest.columns.map((column) => [column.name, column]));
  const drifted = columns.filter((column) => !isSameType(former.get(column.name), column));
  const lost = drifted.filter((column) => !isSameText(former.get(column.name), column));
  const keys = columns.slice(0, request.model.primaryKey.length);
  const isKeyLost = keys.some((column) => lost.includes(column));
  const hasOtherKey = isOtherKey(request, manifest);
  if (!full && hasOtherKey) throw keyChanged();
  if (!full && drifted.length > 0 && (!acceptTypes || isKeyLost))
    throw typeDrift(drifted, former, { isKeyLost });
  if (hasOtherKey || isKeyLost) return { ...none, isFresh: true };
  const found = { drifted: new Set(lost.map(({ name }) => name)), hasDrift: drifted.length > 0 };
  const comparable = columns.filter(({ name }) => former.has(name) && !found.drifted.has(name));
  const stands = { ...none, ...standing(request, manifest, { ...found, columns, comparable }) };
  // Older agents did not note the form. What is sent again is written anew when it was taken, and not ahead of that.
  const isOtherForm = manifest.form !== undefined && manifest.form !== form;
  return { ...stands, reformed: isOtherForm && !stands.resend };
}

interface Drift {
  hasDrift: boolean;
  drifted: ReadonlySet<string>;
  columns: readonly Column[];
  comparable: readonly Column[];
}

/** With keys that can be compared: what becomes of rows whose values are as they were. */
function standing(
  request: SyncRequest,
  manifest: Manifest,
  { hasDrift, drifted, columns, comparable }: Drift,
): Partial<Footing> {
  const { acceptTypes = false } = request.run;
  const full = sendsAll(request);
  const policy = request.run.mappingChange ?? request.mappingChange;
  const hasOtherNames = !hasSameNames(manifest.columns, columns);
  const isMappedAnew =
    hasOtherNames || (manifest.mapping ?? mappingDigest(request)) !== mappingDigest(request);
  const sendsChanges = operationKind(request, 'changed') !== undefined;
  const isOther = hasOtherNames || hasDrift;
  const recode = new Set(comparable.map(({ name }) => name));
  // What is appended tells of what happened, and to a row that is only read or written otherwise nothing has.
  if (request.mode === 'append' && sendsChanges)
    return { drifted, resend: false, ...((isMappedAnew || isOther) && { recode }) };
  const leavesMapping = !isMappedAnew || policy === 'from-now-on';
  if (!full && leavesMapping && (isMappedAnew || (hasDrift && acceptTypes)))
    return { drifted, recode };
  const owed = sendsChanges && (isOther || isMappedAnew);
  const stops = owed && !full && isMappedAnew && policy === 'stop';
  return { drifted, resend: full || owed || isOther, owed, stops };
}

/** Whether every row is compared by its values, and no fingerprint believed. */
export const isCompared = ({ run }: SyncRequest, { reformed }: Footing): boolean =>
  run.verify || reformed;

/** What replaces everything sends the whole result each time: others may have changed what is there. */
const sendsAll = ({ run, mode }: SyncRequest): boolean => run.full || mode === 'replace';

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

/** Types of which equal values have equal texts, whatever the source calls them. Not decimals: `1.0` may become `1.00`. */
const textTypes: readonly ValueType[] = ['integer', 'text', 'boolean', 'date', 'uuid', 'bytes'];

/** Whether equal values have equal texts. */
const isSameText = (former: Column | undefined, column: Column): boolean =>
  isSameType(former, column) || (former?.type === column.type && textTypes.includes(column.type));

function keyChanged(): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.key_changed',
    'The primary key of the model is another one than in the baseline. Run the sync with --full to send every row again; records of rows that left the query meanwhile stay, since nobody can tell which they are. With --rebaseline nothing is sent at all: what changed meanwhile stays as it is, too.',
  );
}

/** Names columns and types, which are the configuration's and the source's; no values. */
function typeDrift(
  drifted: readonly Column[],
  former: ReadonlyMap<string, Column>,
  { isKeyLost }: { isKeyLost: boolean },
): Failure {
  const was = ({ name, vendorType }: Column): string =>
    `"${name}" was ${former.get(name)?.vendorType ?? 'not there'} and is ${vendorType}`;
  const accept = isKeyLost
    ? 'The primary key is among them, so rows that left can not be told.'
    : 'With --accept-types the baseline is written anew and nothing is sent for it: right when the values are the same.';
  return new Failure(
    'CONFIG',
    'snapshot.type_drift',
    `Columns of the model have other types than in the baseline: ${drifted.map(was).join(', ')}. ${accept} With --full every row is sent in its new form; rows that left are still removed, unless the column is of the primary key. With --rebaseline nothing is sent: records stay as they are, and those of rows that changed or left meanwhile do so for good.`,
    { detail: JSON.stringify({ was: [...former.values()], is: drifted }) },
  );
}
