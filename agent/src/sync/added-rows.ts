import { join } from 'node:path';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import type { AddedLines } from './comparison.js';
import { valueColumn } from './mapping.js';
import { SpillFile } from './spill-file.js';
import { asParquet, stagedLines } from './work-files.js';

/** A stretch of the added rows: as lines of number, fingerprints and the row, and as Parquet. */
export interface AddedPart {
  lines: string;
  file: string;
  /** Makes the file, once. Resolves with the rows that it has. */
  convert(): Promise<number>;
  /** Sends the file to the bucket, once; absent where no values may rest there. */
  send?: () => Promise<ObjectPointer>;
  isInBucket?: boolean;
  /** Set for what was sent on while the query went on. */
  onItsWay?: Promise<ObjectPointer> | undefined;
}

export interface AddedRowsOptions {
  duck: Duck;
  /** The model's columns, in order. */
  names: readonly string[];
  workDir: string;
  /** Bytes of the longest line so far. */
  longestLine: () => number;
  /** What was written can't turn out to be something else: Parquet is made and sent on while the query goes on. */
  isCertain: boolean;
  upload: ((file: string, name: string) => Promise<ObjectPointer>) | undefined;
}

/** Lines that are made into one Parquet file. The first of them is small, as delivery begins with it. */
const firstPartBytes = 16 << 20;
const partBytes = 64 << 20;

/** Added rows as they come out of the comparison. */
export class AddedRows implements AddedLines {
  readonly parts: AddedPart[] = [];
  private current: SpillFile | undefined;
  private converting: Promise<unknown> = Promise.resolve();
  private readonly sending: Promise<unknown>[] = [];
  private isClosed = false;

  /** `name` keeps files of several of these apart. */
  constructor(
    private readonly name: string,
    private readonly options: AddedRowsOptions,
  ) {}

  async write(lines: Uint8Array): Promise<void> {
    const { parts, options } = this;
    this.current ??= await SpillFile.open(
      join(options.workDir, `${this.name}-${parts.length}.tsv`),
    );
    await this.current.write(lines);
    if (this.current.bytes < (parts.length === 0 ? firstPartBytes : partBytes)) return;
    await this.closePart();
    const part = parts.at(-1);
    if (part && options.isCertain) part.onItsWay = begun(part.send?.());
  }

  /** No more lines. The last part goes to the bucket when the plan does. */
  async end(): Promise<readonly string[]> {
    await this.closePart();
    return this.parts.map(({ lines }) => lines);
  }

  /** Lets go of everything, whether a run went well or broke off. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.current?.close();
    this.current = undefined;
    await this.converting.catch(() => undefined);
    // What is on its way reads a file that is about to go.
    await Promise.all(this.sending);
  }

  private async closePart(): Promise<void> {
    const { current, name, parts, options } = this;
    if (!current) return;
    this.current = undefined;
    await current.close();
    const number = parts.length;
    const file = join(options.workDir, `${name}-${number}.parquet`);
    const convert = once(() => this.convert(current.path, { file, number }));
    const part: AddedPart = { lines: current.path, file, convert };
    const { upload } = options;
    if (upload) part.send = once(() => this.send(part, number, upload));
    parts.push(part);
    if (options.isCertain) begun(convert());
  }

  /** One after the other, and not far ahead of the bucket: what is sent is in memory. */
  private convert(
    lines: string,
    { file, number }: { file: string; number: number },
  ): Promise<number> {
    const { duck, names, longestLine } = this.options;
    const list = ['ord', 'klo', 'khi', 'rh', ...names.map(valueColumn)].join(', ');
    const converted = this.converting.then(async () => {
      await this.sending[number - 2];
      if (this.isClosed) throw new Error('The run is over.');
      const [[rows] = []] = await duck.aside(`copy (select ${list}
        from ${stagedLines([lines], names, longestLine())}) to ${quoteText(file)} ${asParquet}`);
      return Number(rows);
    });
    this.converting = converted;
    return converted;
  }

  private send(
    part: AddedPart,
    number: number,
    upload: NonNullable<AddedRowsOptions['upload']>,
  ): Promise<ObjectPointer> {
    const sent = part.convert().then(async () => {
      const pointer = await upload(part.file, `${this.name}-${number}`);
      part.isInBucket = true;
      return pointer;
    });
    this.sending[number] = sent.catch(() => undefined);
    return sent;
  }
}

/** Its failure is found by whoever waits for it later. */
export function begun<T extends Promise<unknown> | undefined>(work: T): T {
  work?.catch(() => undefined);
  return work;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined = undefined;
  return () => (result ??= work());
}
