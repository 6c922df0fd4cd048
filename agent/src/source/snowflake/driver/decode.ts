/** Thrown where bytes are no rows of texts: a piece is missing, or somebody else answered. */
export class MalformedRows extends Error {}

const [tab, lf, quote, comma, open, close] = [0x09, 0x0a, 0x22, 0x2c, 0x5b, 0x5d];
const [backslash, u, n, space] = [0x5c, 0x75, 0x6e, 0x20];
const nullWord = [0x6e, 0x75, 0x6c, 0x6c];

/** What a letter after a backslash stands for in JSON, as it is written in a line; see `connector/value.ts`. */
const escaped: Readonly<Record<number, readonly number[]>> = {
  [quote]: [quote],
  [backslash]: [backslash, backslash],
  0x2f: [0x2f],
  0x62: [backslash, 0x62],
  0x66: [backslash, 0x66],
  [n]: [backslash, n],
  0x72: [backslash, 0x72],
  0x74: [backslash, 0x74],
};
/** Control characters that a line writes as a letter. */
const letters: Readonly<Record<number, number>> = {
  0x08: 0x62,
  0x09: 0x74,
  0x0a: n,
  0x0b: 0x76,
  0x0c: 0x66,
  0x0d: 0x72,
};

type Place = 'rows' | 'row' | 'text' | 'escape' | 'hex' | 'null';

/**
 * Turns rows as Snowflake sends them, `["1","a"],["2",null]`, into canonical lines, byte by byte: no text or object is
 * made of a value. Pieces may be cut anywhere.
 */
export class RowDecoder {
  rows = 0;
  private place: Place = 'rows';
  /** Values of the row that is being read. */
  private values = 0;
  private needsComma = false;
  /** Letters of `null`, or digits of a `\u`, that were read. */
  private read = 0;
  private unit = 0;
  /** The first half of a character of two units. */
  private high = 0;
  private input: Uint8Array = new Uint8Array();
  private from = 0;
  private output = Buffer.alloc(0);
  private to = 0;

  constructor(private readonly columns: number) {}

  /** Lines, which may end within a row; they are the caller's to keep. */
  take(piece: Uint8Array): Uint8Array<ArrayBuffer> {
    this.input = piece;
    this.from = 0;
    this.to = 0;
    // No byte becomes more than two; a character that the last piece began takes four.
    const most = piece.length * 2 + 8;
    if (this.output.length < most) this.output = Buffer.allocUnsafeSlow(most);
    while (this.from < piece.length) this.step();
    return new Uint8Array(this.output.subarray(0, this.to));
  }

  /** A part of the result is over: no row may be left open. */
  end(): void {
    if (this.place !== 'rows') throw new MalformedRows('the rows end within a row');
    this.needsComma = false;
  }

  private step(): void {
    switch (this.place) {
      case 'rows':
        return this.betweenRows();
      case 'row':
        return this.betweenValues();
      case 'text':
        return this.text();
      case 'escape':
        return this.escape();
      case 'hex':
        return this.hex();
      case 'null':
        return this.nothing();
    }
  }

  private betweenRows(): void {
    const byte = this.next();
    if (byte <= space) return;
    if (byte === comma && this.needsComma) this.needsComma = false;
    else if (byte === open && !this.needsComma) {
      this.place = 'row';
      this.values = 0;
    } else throw new MalformedRows('something else than a row begins');
  }

  private betweenValues(): void {
    const byte = this.next();
    if (byte <= space) return;
    if (byte === close && (this.needsComma || this.columns === 0)) return this.endRow();
    if (byte === comma && this.needsComma) {
      this.needsComma = false;
      return this.put(tab);
    }
    if (this.needsComma) throw new MalformedRows('no comma between two values');
    this.values += 1;
    this.read = 1;
    if (byte === quote) this.place = 'text';
    else if (byte === n) this.place = 'null';
    else throw new MalformedRows('a value is no text');
  }

  private endRow(): void {
    if (this.values !== this.columns) throw new MalformedRows('a row has other columns');
    this.put(lf);
    this.rows += 1;
    this.place = 'rows';
    this.needsComma = true;
  }

  private text(): void {
    const { input, output } = this;
    const end = input.length;
    let { from, to } = this;
    let byte = 0;
    while (from < end) {
      byte = input[from++] ?? 0;
      if (byte === quote || byte === backslash || byte < space) break;
      output[to++] = byte;
      byte = 0;
    }
    this.from = from;
    this.to = to;
    if (byte === quote) this.endValue();
    else if (byte === backslash) this.place = 'escape';
    else if (byte !== 0) this.control(byte);
  }

  private endValue(): void {
    if (this.high) throw new MalformedRows('half of a character');
    this.place = 'row';
    this.needsComma = true;
  }

  private escape(): void {
    const byte = this.next();
    this.place = byte === u ? 'hex' : 'text';
    this.read = 0;
    this.unit = 0;
    if (byte === u) return;
    const bytes = escaped[byte];
    if (!bytes) throw new MalformedRows('an escape that JSON does not have');
    for (const each of bytes) this.put(each);
  }

  private hex(): void {
    const digit = Number.parseInt(String.fromCharCode(this.next()), 16);
    if (Number.isNaN(digit)) throw new MalformedRows('an escape without its digits');
    this.unit = this.unit * 16 + digit;
    this.read += 1;
    if (this.read < 4) return;
    this.place = 'text';
    const { unit, high } = this;
    const isSecond = unit >= 0xdc00 && unit < 0xe000;
    if (isSecond !== high > 0) throw new MalformedRows('half of a character');
    this.high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (isSecond) this.character(0x10000 + (high - 0xd800) * 0x400 + (unit - 0xdc00));
    else if (unit < space) this.control(unit);
    else if (!this.high) this.character(unit);
  }

  private control(byte: number): void {
    const letter = letters[byte];
    if (letter !== undefined) this.put(backslash);
    this.put(letter ?? byte);
  }

  private character(code: number): void {
    if (code === backslash) this.put(backslash);
    this.to += this.output.write(String.fromCodePoint(code), this.to);
  }

  private nothing(): void {
    if (this.next() !== nullWord[this.read]) throw new MalformedRows('a value is no text');
    this.read += 1;
    if (this.read < nullWord.length) return;
    this.put(backslash);
    this.put(0x4e);
    this.endValue();
  }

  private next(): number {
    return this.input[this.from++] ?? 0;
  }

  private put(byte: number): void {
    this.output[this.to++] = byte;
  }
}
