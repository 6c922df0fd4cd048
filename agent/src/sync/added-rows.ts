import { join } from 'node:path';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import type { AddedLines } from './comparison.js';
import { valueColumn } from './mapping.js';
import { SpillFile } from './spill-file.js';
import { asParquet, csvOptions, stagedColumns } from './work-files.js';

/** A stretch of the added rows: as lines of number, fingerprints and the row, and as Parquet. */
export interface AddedPart {
  lines: string;
  file: string;
  /** Set for what was sent on while the query went on; the last part waits for the plan. */
  uploaded: Promise<ObjectPointer> | undefined;
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

/** Lines that are made into one Parquet file. */
const partBytes = 64 << 20;

/** Added rows as they come out of the comparison. */
export class AddedRows implements AddedLines {
  readonly parts: AddedPart[] = [];
  private current: SpillFile | undefined;
  private converting: Promise<void> = Promise.resolve();

  /** `name` keeps files of several of these apart. */
  constructor(
    private readonly name: string,
    private readonly options: AddedRowsOptions,
  ) {}

  async write(lines: Uint8Array): Promise<void> {
    this.current ??= await SpillFile.open(
      join(this.options.workDir, `${this.name}-${this.parts.length}.tsv`),
    );
    await this.current.write(lines);
    if (this.current.bytes >= partBytes) await this.closePart(this.options.upload);
  }

  /** No more lines; nothing of it is Parquet yet unless it is certain. */
  async end(): Promise<readonly string[]> {
    if (this.current) await this.closePart();
    if (this.options.isCertain) await this.converting;
    return this.parts.map(({ lines }) => lines);
  }

  /** Every part is Parquet. */
  async convert(): Promise<void> {
    if (!this.options.isCertain) this.parts.forEach((part, n) => this.convertNext(part, n));
    await this.converting;
  }

  /** Lets go of a file that a run which broke off has left open. */
  async close(): Promise<void> {
    await this.current?.close();
    this.current = undefined;
    await this.converting.catch(() => undefined);
    // What is on its way reads a file that is about to go.
    await Promise.allSettled(this.parts.map(({ uploaded }) => uploaded));
  }

  private async closePart(upload?: AddedRowsOptions['upload']): Promise<void> {
    const { current, parts, options } = this;
    if (!current) return;
    this.current = undefined;
    await current.close();
    const file = join(options.workDir, `${this.name}-${parts.length}.parquet`);
    const part: AddedPart = { lines: current.path, file, uploaded: undefined };
    parts.push(part);
    if (options.isCertain) this.convertNext(part, parts.length - 1, upload);
  }

  /** One after the other; a failure is found by whoever waits for all of them. */
  private convertNext(part: AddedPart, number: number, upload?: AddedRowsOptions['upload']): void {
    this.converting = this.converting
      .then(() => this.convertPart(part))
      .then(() => {
        part.uploaded = upload?.(part.file, `${this.name}-${number}`);
        part.uploaded?.catch(() => undefined);
        return undefined;
      });
    this.converting.catch(() => undefined);
  }

  private convertPart({ lines, file }: AddedPart): Promise<void> {
    const { duck, names, longestLine } = this.options;
    const list = ['ord', 'klo', 'khi', 'rh', ...names.map(valueColumn)].join(', ');
    return duck.run(`copy (select ${list}
      from read_csv(${quoteText(lines)}, ${csvOptions(stagedColumns(names), longestLine())}))
      to ${quoteText(file)} ${asParquet}`);
  }
}
