import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** One cell of a row, as its file has it. */
export interface Cell {
  /** Without quotes. */
  text: string;
  /** Without quotes it can be NULL; in quotes it never is. */
  isQuoted: boolean;
}

/** Makes the lines of another file: `cells` are in the order of the file that is read, the result in that of `header`. */
export interface Rewriting {
  header: readonly string[];
  row(cells: readonly Cell[]): string;
}

/** CSV in, CSV out, piece by piece: RFC 4180 with LF and one line of names, which is replaced. Never holds more than a row. */
export class CsvRewriter extends Transform {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private isHead = true;

  constructor(private readonly rewriting: Rewriting) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.rest += this.decoder.write(chunk);
    done(null, this.rewritten());
  }

  override _flush(done: TransformCallback): void {
    this.rest += this.decoder.end();
    if (this.rest !== '' && !this.rest.endsWith('\n')) this.rest += '\n';
    done(null, this.rewritten());
  }

  private rewritten(): string {
    let output = '';
    const cells: Cell[] = [];
    let rowStart = 0;
    for (let at = 0; ;) {
      const end = readCell(this.rest, at, cells);
      if (end < 0) break;
      at = end + 1;
      if (this.rest.charCodeAt(end) !== lineFeed) continue;
      output += this.isHead ? this.head() : this.rewriting.row(cells);
      cells.length = 0;
      rowStart = at;
    }
    this.rest = this.rest.slice(rowStart);
    return output;
  }

  private head(): string {
    this.isHead = false;
    return `${this.rewriting.header.map(cellOf).join(',')}\n`;
  }
}

const quote = 34;
const comma = 44;
const lineFeed = 10;

/** Adds the cell that begins at a place, and gives the place of what ends it; -1 where its end is not there yet. */
function readCell(text: string, from: number, cells: Cell[]): number {
  if (text.charCodeAt(from) === quote) return readQuoted(text, from, cells);
  for (let at = from; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (c !== comma && c !== lineFeed) continue;
    cells.push({ text: text.slice(from, at), isQuoted: false });
    return at;
  }
  return -1;
}

function readQuoted(text: string, from: number, cells: Cell[]): number {
  let hasQuotes = false;
  let at = text.indexOf('"', from + 1);
  while (at >= 0 && text.charCodeAt(at + 1) === quote) {
    hasQuotes = true;
    at = text.indexOf('"', at + 2);
  }
  // What is behind a quote decides what it is.
  if (at < 0 || at + 1 >= text.length) return -1;
  const inside = text.slice(from + 1, at);
  cells.push({ text: hasQuotes ? inside.replaceAll('""', '"') : inside, isQuoted: true });
  return at + 1;
}

/** In quotes where it needs them. */
export function cellOf(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
