import { appendFileSync, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.js';
import { entriesOf, give } from './fingerprint-files.js';
import type { FingerprintFile } from './fingerprint-files.js';
import { entryBytes, numberedBytes } from './fingerprint-kernel.js';
import { SpillFile } from './spill-file.js';
import { bytesAt, openWasm } from './wasm.js';

// The fingerprints of several segments → those of one, in the order of the entries that were there first: the query is
// expected in that order, and what stands elsewhere costs the next runs a search. Where the overrides fit into memory
// the entries stream past them. Where they don't:
//
//   spill    overrides, then what they may override, to partitions by key, each with its place
//   settle   partition by partition: what becomes of each place, spilled by stretches of places
//   fill     stretch by stretch: the entries stream past what becomes of their places
//
// Each entry is read three times at most, and memory holds one partition and one stretch, however many there are.

export interface Folded {
  file: string;
  rows: number;
  /** How many rows of each segment count in the end. */
  survivors: number[];
}

export interface FoldOptions {
  workDir: string;
  /** Overrides by key, and places of a stretch, that are in memory at once; some 46 bytes each. */
  most: number;
}

/** What the compiled kernel exports; see kernel/folding.ts. */
interface Folding {
  memory: WebAssembly.Memory;
  start(most: number, segments: number): void;
  entriesInput(): number;
  outAt(): number;
  outLength(): number;
  emptyOut(): void;
  survivorsOf(segment: number): number;
  loadOverrides(length: number, segment: number): number;
  loadSpilled(length: number): number;
  forgetOverrides(): void;
  merge(length: number, segment: number): void;
  giveRest(from: number): number;
  overrideCount(): number;
  openSpill(keyBits: number, files: number, stretchRows: number): void;
  spill(length: number, segment: number, first: number): void;
  settle(length: number): void;
  endSpill(): void;
  openStretch(): void;
  loadVerdicts(length: number): void;
  fill(length: number): void;
}

interface Work {
  kernel: Folding;
  out: SpillFile;
  /** Where the kernel spills to. */
  spilling: { name: string };
  options: FoldOptions;
  files: readonly FingerprintFile[];
}

/** Bytes of a verdict: a place of the stretch, and the row there. */
const verdictBytes = 16;
/** Keys do not fall evenly into partitions, least of all into small ones. */
const slack = { share: 1.5, rows: 1024 };

export async function fold(
  files: readonly FingerprintFile[],
  options: FoldOptions,
): Promise<Folded> {
  const { workDir, most } = options;
  const spilling = { name: '' };
  // The kernel can't wait.
  const kernel = await openFolding((n, bytes) =>
    appendFileSync(join(workDir, `${spilling.name}-${n}`), bytes),
  );
  const overrides = rowsOf(files, false);
  kernel.start(Math.min(most, overrides) + slack.rows, files.length);
  const out = await SpillFile.open(join(workDir, 'fingerprint-base'));
  const work = { kernel, out, spilling, options, files };
  try {
    if (overrides <= most) await merge(work);
    else await mergeSpilled(work);
  } finally {
    await out.close();
  }
  const survivors = files.map((_, segment) => kernel.survivorsOf(segment));
  return { file: out.path, rows: out.bytes / entryBytes, survivors };
}

async function merge(work: Work): Promise<void> {
  const { kernel, files } = work;
  for await (const { entries, segment } of entriesIn(files, false))
    if (!kernel.loadOverrides(give(kernel, entries), segment)) throw tooLarge();
  for await (const { entries, segment } of entriesIn(files, true)) {
    kernel.merge(give(kernel, entries), segment);
    await hand(kernel, work.out);
  }
  await giveRest(kernel, work.out);
}

async function mergeSpilled(work: Work): Promise<void> {
  const { kernel, out, options } = work;
  const { most, workDir } = options;
  const bits = Math.ceil(Math.log2((rowsOf(work.files, false) / most) * slack.share));
  const stretches = Math.ceil(rowsOf(work.files, true) / most);
  kernel.openSpill(bits, Math.max(2 ** bits, stretches), most);
  await spill(work, 'overrides');
  await spill(work, 'overridden');
  const rest = await SpillFile.open(join(workDir, 'fingerprint-rest'));
  try {
    await settle(work, { partitions: 2 ** bits, rest });
    await fillStretches(work);
  } finally {
    await rest.close();
  }
  for await (const entries of entriesOf(rest.path)) await out.write(entries);
  await rm(rest.path);
}

async function spill({ kernel, files, spilling }: Work, name: PartitionName): Promise<void> {
  spilling.name = name;
  let place = 0;
  for await (const { entries, segment } of entriesIn(files, name === 'overridden')) {
    kernel.spill(give(kernel, entries), segment, place);
    place += entries.length / entryBytes;
  }
  kernel.endSpill();
}

async function settle(
  { kernel, spilling, options }: Work,
  { partitions, rest }: { partitions: number; rest: SpillFile },
): Promise<void> {
  spilling.name = 'verdicts';
  const spilled = (name: PartitionName, n: number): AsyncGenerator<Uint8Array> =>
    entriesOnce(join(options.workDir, `${name}-${n}`), numberedBytes);
  for (let n = 0; n < partitions; n += 1) {
    kernel.forgetOverrides();
    for await (const entries of spilled('overrides', n))
      if (!kernel.loadSpilled(give(kernel, entries))) throw tooLarge();
    for await (const entries of spilled('overridden', n)) kernel.settle(give(kernel, entries));
    await giveRest(kernel, rest);
  }
  kernel.endSpill();
}

async function fillStretches(work: Work): Promise<void> {
  const { kernel, files, out, options } = work;
  const { most } = options;
  let place = 0;
  for await (const { entries } of entriesIn(files, true))
    for (let at = 0; at < entries.length;) {
      if (place % most === 0) await openStretch(work, place / most);
      const rows = Math.min(most - (place % most), (entries.length - at) / entryBytes);
      const end = at + rows * entryBytes;
      kernel.fill(give(kernel, entries.subarray(at, end)));
      await hand(kernel, out);
      place += rows;
      at = end;
    }
}

async function openStretch({ kernel, options }: Work, n: number): Promise<void> {
  kernel.openStretch();
  for await (const verdicts of entriesOnce(join(options.workDir, `verdicts-${n}`), verdictBytes))
    kernel.loadVerdicts(give(kernel, verdicts));
}

type PartitionName = 'overrides' | 'overridden';

/** What overrides nothing that is there comes last. */
async function giveRest(kernel: Folding, to: SpillFile): Promise<void> {
  for (let from = 0; from < kernel.overrideCount();) {
    from = kernel.giveRest(from);
    await hand(kernel, to);
  }
}

async function hand(kernel: Folding, to: SpillFile): Promise<void> {
  await to.write(bytesAt(kernel, kernel.outAt(), kernel.outLength()));
  kernel.emptyOut();
}

/** Entries of the segments that are new to those before them, or of the others. */
async function* entriesIn(
  files: readonly FingerprintFile[],
  isNew: boolean,
): AsyncGenerator<{ entries: Uint8Array; segment: number }> {
  for (const [segment, file] of files.entries())
    if (file.isNew === isNew)
      for await (const entries of entriesOf(file.path)) yield { entries, segment };
}

/** A spilled file that nothing fell into does not exist; one that was read is of no more use. */
async function* entriesOnce(path: string, bytes: number): AsyncGenerator<Uint8Array> {
  if (!existsSync(path)) return;
  yield* entriesOf(path, bytes);
  await rm(path);
}

const rowsOf = (files: readonly FingerprintFile[], isNew: boolean): number =>
  files.reduce((sum, file) => sum + (file.isNew === isNew ? file.rows : 0), 0);

async function openFolding(flush: (n: number, bytes: Uint8Array) => void): Promise<Folding> {
  const kernel: Folding = await openWasm('folding', {
    flush: (n = 0, at = 0, length = 0) => flush(n, bytesAt(kernel, at, length)),
  });
  return kernel;
}

function tooLarge(): Failure {
  return new Failure('INTERNAL', 'internal.partition', 'A part of the rows is too large.');
}
