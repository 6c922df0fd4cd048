import { Failure } from '../failure.js';
import type { TargetField } from './destination.js';
import { unescapeText } from './lines.js';
import type { ValueType } from './value.js';

/** What stands around and between the records. */
export interface JsonFrame {
  open: string;
  separator: string;
  close: string;
}

/**
 * Writes canonical lines (`value.ts`) as JSON records, byte by byte: no text, object or number is made of a value, so
 * none costs time or loses a digit. The same records as `Batch.records()`, whose fields are these, in this order.
 */
export class JsonLines {
  private readonly columns: readonly Column[];
  /** What a row takes beside its values. */
  private readonly rowBytes: number;
  private lines: Uint8Array = new Uint8Array();
  private out: Buffer = Buffer.alloc(0);
  private at = 0;

  constructor(fields: readonly TargetField[]) {
    this.columns = fields.map(({ name, type, nulls }) => ({
      name: Buffer.from(`${JSON.stringify(name)}:`),
      omitsNull: nulls === 'omit',
      form: formOf(type),
    }));
    this.rowBytes = this.columns.reduce((sum, { name }) => sum + name.length + aroundValue, 2);
  }

  /** The bytes are the caller's to keep. Throws REJECTED `record.bad_json` for a json value that is none. */
  write(lines: Uint8Array, rows: number, frame: JsonFrame): Uint8Array {
    const frameBytes = Buffer.byteLength(frame.open + frame.separator + frame.close);
    this.lines = lines;
    this.at = 0;
    this.out = Buffer.allocUnsafe(
      Math.ceil(lines.length * usualGrowth) + rows * (this.rowBytes + frameBytes) + frameBytes,
    );
    this.frame(frame.open);
    let from = 0;
    for (let row = 0; row < rows; row += 1) {
      const end = lines.indexOf(lineFeed, from);
      this.reserve(worstGrowth * (end - from) + this.rowBytes + 2 * frameBytes);
      if (row > 0) this.frame(frame.separator);
      this.row(from, end);
      from = end + 1;
    }
    this.frame(frame.close);
    return this.out.subarray(0, this.at);
  }

  private frame(text: string): void {
    if (text !== '') this.at += this.out.write(text, this.at);
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.out.length) return;
    const larger = Buffer.allocUnsafe(2 * this.out.length + bytes);
    this.out.copy(larger, 0, 0, this.at);
    this.out = larger;
  }

  private row(from: number, end: number): void {
    const { lines, out } = this;
    let isFirst = true;
    out[this.at++] = openBrace;
    for (const column of this.columns) {
      let to = from;
      while (to < end && lines[to] !== tab) to += 1;
      const isNull = to - from === 2 && lines[from] === backslash && lines[from + 1] === capitalN;
      if (!isNull || !column.omitsNull) {
        if (!isFirst) out[this.at++] = comma;
        isFirst = false;
        this.copy(column.name);
        if (isNull) this.copy(nullWord);
        else this.value(column.form, from, to);
      }
      from = to + 1;
    }
    out[this.at++] = closeBrace;
  }

  private value(form: Form, from: number, to: number): void {
    if (form === 'flag') this.copy(this.lines[from] === lowerT ? trueWord : falseWord);
    else if (form === 'json') this.json(from, to);
    else if (form === 'number' && isJsonNumber(this.lines, from, to)) this.digits(from, to);
    else this.text(from, to);
  }

  private copy(bytes: Uint8Array): void {
    const { out } = this;
    let { at } = this;
    for (let n = 0; n < bytes.length; n += 1) out[at++] = bytes[n] as number;
    this.at = at;
  }

  private digits(from: number, to: number): void {
    const { lines, out } = this;
    let { at } = this;
    for (let n = from; n < to; n += 1) out[at++] = lines[n] as number;
    this.at = at;
  }

  /** Lines and JSON escape alike, but for the vertical tab, quotes and what JSON has no letter for. */
  private text(from: number, to: number): void {
    const { lines, out } = this;
    let { at } = this;
    out[at++] = quote;
    for (let n = from; n < to; n += 1) {
      const byte = lines[n] as number;
      if (byte === backslash) {
        n += 1;
        const letter = lines[n] as number;
        if (isSharedEscape[letter] === 1) {
          out[at++] = backslash;
          out[at++] = letter;
        } else at = putByte(out, at, letter === lowerV ? verticalTab : letter);
      } else if (needsEscape[byte] === 1) at = putByte(out, at, byte);
      else out[at++] = byte;
    }
    out[at++] = quote;
    this.at = at;
  }

  /** As the source wrote it, on one line: outside of its texts a line break is only space. */
  private json(from: number, to: number): void {
    const { buffer, byteOffset } = this.lines;
    const text = unescapeText(Buffer.from(buffer, byteOffset + from, to - from).toString()) ?? '';
    assertJson(text);
    this.at += this.out.write(text.replaceAll(/[\n\r]/g, ' '), this.at);
  }
}

interface Column {
  /** `"name":` */
  name: Uint8Array;
  omitsNull: boolean;
  form: Form;
}

/** `number`: bare where JSON has a word for it, else a text. */
type Form = 'flag' | 'number' | 'json' | 'text';

function formOf(type: ValueType): Form {
  if (type === 'boolean') return 'flag';
  if (type === 'json') return 'json';
  return ['integer', 'decimal', 'float'].includes(type) ? 'number' : 'text';
}

const tab = 0x09;
const lineFeed = 0x0a;
const verticalTab = 0x0b;
const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const plus = 0x2b;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const capitalN = 0x4e;
const backslash = 0x5c;
const lowerE = 0x65;
const lowerT = 0x74;
const lowerV = 0x76;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const nullWord = Buffer.from('null');
const trueWord = Buffer.from('true');
const falseWord = Buffer.from('false');
const hexDigits = Buffer.from('0123456789abcdef');

/** Comma, quotes, and the word for a NULL, true or false, whose line has fewer letters. */
const aroundValue = 8;
const usualGrowth = 1.1;
/** A control character is one byte in a line and six in JSON. */
const worstGrowth = 6;

const isSharedEscape = new Uint8Array(256);
for (const letter of Buffer.from('\\tnrbf')) isSharedEscape[letter] = 1;
const needsEscape = new Uint8Array(256).fill(1, 0, 0x20);
needsEscape[quote] = 1;

function putByte(out: Uint8Array, at: number, byte: number): number {
  if (byte === quote) {
    out[at++] = backslash;
    out[at++] = quote;
  } else if (byte < 0x20) {
    at += Buffer.from('\\u00').copy(out, at);
    out[at++] = hexDigits[byte >> 4] as number;
    out[at++] = hexDigits[byte & 15] as number;
  } else out[at++] = byte;
  return at;
}

/** -?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)? */
function isJsonNumber(bytes: Uint8Array, from: number, to: number): boolean {
  let at = bytes[from] === minus ? from + 1 : from;
  const whole = at;
  at = afterDigits(bytes, at, to);
  if (at === whole || (bytes[whole] === zero && at > whole + 1)) return false;
  if (at < to && bytes[at] === dot) {
    const start = at + 1;
    at = afterDigits(bytes, start, to);
    if (at === start) return false;
  }
  if (at < to && ((bytes[at] as number) | 0x20) === lowerE) {
    at += 1;
    if (at < to && (bytes[at] === plus || bytes[at] === minus)) at += 1;
    const start = at;
    at = afterDigits(bytes, start, to);
    if (at === start) return false;
  }
  return at === to;
}

function afterDigits(bytes: Uint8Array, at: number, to: number): number {
  while (at < to && (bytes[at] as number) >= zero && (bytes[at] as number) <= nine) at += 1;
  return at;
}

function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new Failure('REJECTED', 'record.bad_json', 'A json column holds text that is not JSON.', {
      cause,
    });
  }
}
