import { stat } from 'node:fs/promises';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import type { Manifest } from './baseline.js';
import { allCached } from './baseline.js';
import { csvOptions, keyLines, stagedColumns, stagedLines } from './work-files.js';
import { isCompared } from './footing.js';
import type { Footing } from './footing.js';
import { keptNames, macName, macSql } from './hashing.js';
import { asOld, valueColumn } from './mapping.js';
import type { Meter } from './meter.js';
import { countOf, inPasses, passesOf } from './passes.js';
import { sameValues } from './same-value.js';
import type { Run } from './run.js';
import type { Snapshot } from './snapshot.js';
import type { SyncTools } from './tools.js';
import { findLatest } from './values.js';
import type { ValueFile } from './values.js';

/**
 * Exact changes as DuckDB views `added`, `changed` (with `o:` columns: the old values) and `removed`, each with
 * `ord`, `klo`, `khi`, `rh` and the model's columns as `c:` texts, escaped as they stand in lines. Where every row is
 * compared, resolves with how many had changed that their fingerprints hid.
 */
export async function diff(
  snapshot: Snapshot,
  context: Pick<Run, 'request' | 'baseline' | 'shape' | 'footing' | 'duck' | 'tools' | 'meter'>,
): Promise<number | undefined> {
  const { baseline, shape, footing, duck, tools, meter } = context;
  const compares = isCompared(context.request, footing);
  const { manifest } = baseline;
  const { counts } = meter;
  const names = snapshot.columns.map(({ name }) => name);
  const { size } = await stat(snapshot.removed);
  const none = `select 0::ubigint as ord, 0::ubigint as klo, 0::ubigint as khi, 0::ubigint as rh,
    ${names.map((name) => `cast(null as varchar) as ${valueColumn(name)}`).join(', ')} where false`;
  const added = snapshot.added.map(({ lines }) => lines);
  const lines = stagedLines(added, names, snapshot.longestLine);
  await duck.run(`create view added as ${added.length > 0 ? `select * from ${lines}` : none}`);
  if (counts.changed === 0 && size === 0) {
    for (const name of ['changed', 'removed', 'recoded'])
      await duck.run(`create view ${name} as ${none}`);
    return compares ? 0 : undefined;
  }
  await duck.run(`create table gone as select klo, khi from ${keyLines(snapshot.removed)}`);
  counts.removed = await countOf(duck, 'gone');
  const columns = names.map(valueColumn);
  const found = counts.changed;
  const bytes = await bytesToCompare(snapshot, meter);
  const passes = passesOf(Math.max(1, Math.ceil(bytes / passBytes)));
  const { workDir } = tools;
  const held = { passes, areFew: bytes <= fewBytes, workDir };
  await viewCandidates(duck, snapshot, { ...held, shape });
  const kept = keptNames(shape);
  await viewFormer(duck, manifest, { tools, names: kept, held });
  const by = { columns, kept: kept.map(valueColumn), ...held };
  const compared = snapshot.columns.filter(({ name }) => footing.recode?.has(name) ?? true);
  const same = shape.mac === undefined ? sameValues(duck, compared) : [sameMac];
  await findChanged(duck, { ...by, ...footing, same });
  await findRemoved(duck, { ...by, drifted: footing.drifted });
  counts.changed = await countOf(duck, 'changed');
  counts.unchanged += found - counts.changed;
  return compares ? countMissed(duck, { ...by, same }) : undefined;
}

/** Rows that are compared in one go, in bytes of their lines; the rows and their former values are both in memory. */
const passBytes = 32 << 20;
/** So many are not worth a file. */
const fewBytes = 8 << 20;
const assumedLineBytes = 512;

async function bytesToCompare(snapshot: Snapshot, { counts }: Meter): Promise<number> {
  const { size } = await stat(snapshot.changed);
  const lineBytes = counts.changed > 0 ? size / counts.changed : assumedLineBytes;
  return Math.max(counts.changed, counts.removed) * lineBytes;
}

/** How the rows that are compared are held. */
interface Held {
  passes: readonly string[];
  areFew: boolean;
  workDir: string;
}

interface Comparing extends Held {
  columns: string[];
  /** Those that the baseline has: all of them, or keys and HMAC. */
  kept: string[];
}

async function findChanged(
  duck: Duck,
  {
    resend,
    recode,
    reformed,
    same,
    ...by
  }: Comparing & Pick<Footing, 'resend' | 'recode' | 'reformed'> & { same: readonly string[] },
): Promise<void> {
  const { columns, kept } = by;
  const old = [...new Set([...columns, ...kept])].map(
    (column) => `${keptSql(column, kept)} as ${asOld(column)}`,
  );
  // What nobody knows the former value of is sent; what the destination skipped keeps its mark.
  const isSkipped = `s.class in ('F', 'f') or (s.class = 'U' and v.rh % 8 <> 0)`;
  const isSame = isSameSql(same);
  const where =
    (condition: string) =>
    (pass: string, offset: number) => `select ${offset} + row_number() over () - 1 as ord,
        s.* exclude (ord, class) replace (case when ${isSkipped} then s.rh + 1 else s.rh end as rh), ${old.join(', ')}
      from (select * from candidates where ${pass}) as s
      left join (select * from former where ${pass}) as v on s.klo = v.klo and s.khi = v.khi
      ${condition}`;
  const changed = where(resend ? '' : `where not ${isSame}`);
  await inPasses(duck, 'changed', { ...by, select: changed });
  const looksOther = recode ? 'true' : `not ${hasSameFingerprint}`;
  if (recode || reformed)
    await inPasses(duck, 'recoded', { ...by, select: where(`where ${isSame} and ${looksOther}`) });
}

/** Rows that have changed and look the same by their fingerprints. */
async function countMissed(
  duck: Duck,
  { same, ...by }: Comparing & { same: readonly string[] },
): Promise<number> {
  await inPasses(duck, 'missed', {
    ...by,
    select: (pass) => `select s.klo, s.khi from (select * from candidates where ${pass}) as s
      left join (select * from former where ${pass}) as v on s.klo = v.klo and s.khi = v.khi
      where ${hasSameFingerprint} and not ${isSameSql(same)}`,
  });
  return countOf(duck, 'missed');
}

/** By its class, see the kernel. */
const hasSameFingerprint = `(s.class in ('c', 'f'))`;

const isSameSql = (same: readonly string[]): string =>
  `(s.class <> 'U' and v.klo is not null and ${same.join(' and ')})`;

async function findRemoved(
  duck: Duck,
  { drifted, ...by }: Comparing & { drifted: ReadonlySet<string> },
): Promise<void> {
  const { columns, kept } = by;
  const lost = new Set([...drifted].map(valueColumn));
  const former = columns.map((column) =>
    lost.has(column)
      ? `cast(null as varchar) as ${column}`
      : `${keptSql(column, kept)} as ${column}`,
  );
  await inPasses(duck, 'removed', {
    ...by,
    select: (pass, offset) => `select ${offset} + row_number() over () - 1 as ord,
        g.klo, g.khi, 0::ubigint as rh, ${former.join(', ')}
      from (select * from gone where ${pass}) as g
      left join (select * from former where ${pass}) as v on g.klo = v.klo and g.khi = v.khi`,
  });
}

const sameMac = `s.${valueColumn(macName)} is not distinct from v.${valueColumn(macName)}`;

const keptSql = (column: string, kept: readonly string[]): string =>
  kept.includes(column) ? `v.${column}` : 'cast(null as varchar)';

/**
 * What may have changed, once out of the staged lines: it is gone through several times. Where no values are kept, with
 * what it is compared by.
 */
async function viewCandidates(
  duck: Duck,
  snapshot: Snapshot,
  { areFew, workDir, shape }: Held & { shape: Run['shape'] },
): Promise<void> {
  const names = snapshot.columns.map(({ name }) => name);
  const types = { class: 'VARCHAR', ...stagedColumns(names) };
  const once =
    snapshot.repeatedKeys > 0
      ? `anti join ${keyLines(snapshot.repeated)} as r on s.klo = r.klo and s.khi = r.khi`
      : '';
  const mac = shape.mac === undefined ? '' : `, ${macSql(shape)} as ${valueColumn(macName)}`;
  const staged = `select s.*${mac}
    from read_csv(${quoteText(snapshot.changed)}, ${csvOptions(types, snapshot.longestLine)}) as s ${once}`;
  await inPasses(duck, 'candidates', { passes: ['true'], areFew, workDir, select: () => staged });
}

/** Makes the view `former`: the acknowledged values of what may have changed or left, by key. */
async function viewFormer(
  duck: Duck,
  manifest: Manifest | undefined,
  to: { tools: SyncTools; names: readonly string[]; held: Held },
): Promise<void> {
  // A baseline that began with nothing acknowledged has a segment without files.
  const puts =
    manifest?.segments.filter(({ kind, values }) => kind === 'put' && values.length > 0) ?? [];
  if (puts.length === 0) {
    const none = to.names.map((name) => `cast(null as varchar) as ${valueColumn(name)}`);
    await duck.run(`create view former as
      select 0::ubigint as klo, 0::ubigint as khi, 0::ubigint as rh, ${none.join(', ')} where false`);
    return;
  }
  const files: ValueFile[] = [];
  for (const { values } of puts)
    files.push({ paths: await allCached(to.tools, values), gone: false });
  await duck.run(
    'create table wanted as select klo, khi from candidates union all select klo, khi from gone',
  );
  const { names, held } = to;
  const from = { files, names, passes: held.passes, wanted: 'wanted' };
  const latest = await findLatest(duck, 'latest_values', from);
  await inPasses(duck, 'former', { ...held, select: latest });
}
