import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Failure } from '../failure.js';
import { entryBytes, streamTo } from './fingerprint-kernel.js';
import { bytesAt } from './wasm.js';
import type { Kernel } from './fingerprint-kernel.js';
import { waysOut } from './ways-out.js';

/** The fingerprints of one segment, on this machine. */
export interface FingerprintFile {
  path: string;
  rows: number;
  /** Its keys are new to the baseline; otherwise it says something else of rows of earlier segments. */
  isNew: boolean;
}

type StreamTarget = (typeof streamTo)[keyof typeof streamTo];

/** Rows that are read in one go. */
const goRows = 32_768;

/** Streams the rows of a baseline through the kernel, as the latest segment has each; always in the same order. */
export class FingerprintFiles {
  private place: AsyncGenerator<void> | undefined;

  private constructor(
    private readonly kernel: Kernel,
    private readonly files: readonly FingerprintFile[],
    private readonly rows: number,
  ) {}

  /** Loads what overrides; that has to fit into memory. `rows`: how many there are in the end. */
  static async open(
    kernel: Kernel,
    { files, rows }: { files: readonly FingerprintFile[]; rows: number },
  ): Promise<FingerprintFiles> {
    for (const [segment, { path, isNew }] of files.entries())
      if (!isNew)
        for await (const bytes of entriesOf(path))
          kernel.loadOverrides(give(kernel, bytes), segment);
    return new FingerprintFiles(kernel, files, rows);
  }

  /** From the start; `taken` is called after each go, when the kernel's areas may hold something. */
  async stream(to: StreamTarget, taken: () => Promise<void> | void): Promise<void> {
    for await (const _ of this.goes(to)) await taken();
  }

  /** Fills the kernel's window with the whole baseline. */
  async fillAll(): Promise<void> {
    await this.stream(streamTo.window, () => undefined);
    this.assertWhole();
  }

  /** Fills the kernel's window as far as there is room; after the last row of the baseline with the first ones again. */
  async fillWindow(): Promise<void> {
    this.place ??= this.goes(streamTo.window);
    while (this.kernel.wanted() > 0)
      if ((await this.place.next()).done) {
        this.assertWhole();
        this.place = this.goes(streamTo.window);
      }
  }

  /** After the baseline has streamed past. */
  assertWhole(): void {
    if (Number(this.kernel.streamed.value) !== this.rows)
      throw new Failure(
        'CONFIG',
        'baseline.corrupt',
        `The baseline has other rows than it says. ${waysOut}`,
      );
  }

  async close(): Promise<void> {
    await this.place?.return(undefined);
  }

  private async *goes(to: StreamTarget): AsyncGenerator<void> {
    const { kernel } = this;
    kernel.rewind();
    for (const [segment, { path, isNew }] of this.files.entries()) {
      if (!isNew) continue;
      for await (const bytes of entriesOf(path)) {
        kernel.stream(give(kernel, bytes), segment, to);
        yield;
      }
    }
    for (let from = 0; from < kernel.overrideCount();) {
      from = kernel.streamRest(from, to);
      yield;
    }
  }
}

/** Hands entries to the kernel; gives their length. */
export function give(kernel: Pick<Kernel, 'memory' | 'entriesInput'>, entries: Uint8Array): number {
  bytesAt(kernel, kernel.entriesInput(), entries.length).set(entries);
  return entries.length;
}

/** The entries of a file, some 32 thousand at a time; good until the next are asked for. */
export async function* entriesOf(path: string, bytes = entryBytes): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const read = Buffer.allocUnsafe(Math.floor((goRows * entryBytes) / bytes) * bytes);
    for (let length = await fill(file, read); length > 0; length = await fill(file, read))
      yield read.subarray(0, length - (length % bytes));
  } finally {
    await file.close();
  }
}

/** Reads until the buffer is full or the file is at its end. */
async function fill(file: FileHandle, to: Buffer): Promise<number> {
  let length = 0;
  while (length < to.length) {
    const { bytesRead } = await file.read(to, length, to.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
