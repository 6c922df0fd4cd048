// CSV as Bulk API 2.0 reads it: quotes where they are needed, doubled inside, nothing between a quote and its delimiter,
// and the line ends that the job says.
import type { Refusal } from './refusal.js';

export interface Dialect {
  columnDelimiter: keyof typeof delimiters;
  lineEnding: keyof typeof lineEnds;
}

export const delimiters = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};

export const lineEnds = { LF: '\n', CRLF: '\r\n' };

const quote = 0x22;
const lf = 0x0a;
const cr = 0x0d;

/** Thrown for a file that can't be read on: the job fails with this message. */
export class BadCsv extends Error {}

/** Reads a file line by line; `at` is the byte where the next line begins. */
export class CsvReader {
  at = 0;
  readonly #delimiter: number;

  constructor(
    private readonly bytes: Buffer,
    private readonly dialect: Dialect,
  ) {
    this.#delimiter = delimiters[dialect.columnDelimiter].charCodeAt(0);
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The fields of the next line. */
  next(): string[] {
    const fields: string[] = [];
    for (;;) {
      const field = this.bytes[this.at] === quote ? this.#quoted() : this.#plain();
      fields.push(field);
      if (this.bytes[this.at] !== this.#delimiter || this.isAtEnd) break;
      this.at += 1;
    }
    this.#passLineEnd();
    return fields;
  }

  /** Passes the next line by. Answers with how many fields it has. */
  skip(): number {
    let fields = 0;
    for (;;) {
      fields += 1;
      if (this.bytes[this.at] === quote) this.#passQuoted();
      else this.#passPlain();
      if (this.bytes[this.at] !== this.#delimiter || this.isAtEnd) break;
      this.at += 1;
    }
    this.#passLineEnd();
    return fields;
  }

  #plain(): string {
    const from = this.at;
    this.#passPlain();
    return this.bytes.toString('utf8', from, this.at);
  }

  #passPlain(): void {
    const { bytes } = this;
    let { at } = this;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === this.#delimiter || byte === lf || byte === cr) break;
      if (byte === quote) throw badQuote();
    }
    this.at = at;
  }

  #quoted(): string {
    const from = this.at + 1;
    const hasQuotes = this.#passQuoted();
    const text = this.bytes.toString('utf8', from, this.at - 1);
    return hasQuotes ? text.replaceAll('""', '"') : text;
  }

  /** Answers whether there are quotes inside. */
  #passQuoted(): boolean {
    const { bytes } = this;
    const from = this.at + 1;
    let hasQuotes = false;
    let end = bytes.indexOf(quote, from);
    while (end !== -1 && bytes[end + 1] === quote) {
      hasQuotes = true;
      end = bytes.indexOf(quote, end + 2);
    }
    if (end === -1) throw badQuote();
    this.at = end + 1;
    const next = bytes[this.at];
    if (!this.isAtEnd && next !== this.#delimiter && next !== lf && next !== cr) throw badQuote();
    return hasQuotes;
  }

  #passLineEnd(): void {
    if (this.isAtEnd) return;
    const isCrlf = this.bytes[this.at] === cr && this.bytes[this.at + 1] === lf;
    if (isCrlf !== (this.dialect.lineEnding === 'CRLF'))
      throw new BadCsv(
        `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${this.dialect.lineEnding}`,
      );
    this.at += isCrlf ? 2 : 1;
  }
}

const badQuote = (): BadCsv =>
  new BadCsv(
    'InvalidBatch : Failed to parse CSV. Found a quote that is neither escaped nor at a border of its value.',
  );

/** As results have them: values quoted, one after another. */
export function csvLine(values: readonly string[], dialect: Dialect): string {
  const delimiter = delimiters[dialect.columnDelimiter];
  let line = '';
  for (const value of values) {
    const escaped = value.includes('"') ? value.replaceAll('"', '""') : value;
    line += `${line === '' ? '' : delimiter}"${escaped}"`;
  }
  return line + lineEnds[dialect.lineEnding];
}

/** As `sf__Error` has it: the code, the words, the fields. */
export function errorText({ statusCode, message, fields }: Refusal): string {
  return `${statusCode}:${message}:${fields.length > 0 ? `${fields.join(', ')} ` : ''}--`;
}
