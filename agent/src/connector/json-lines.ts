import { readFileSync } from 'node:fs';
import { Failure } from '../failure.js';
import type { TargetField } from './destination.js';
import type { ValueType } from './value.js';

/** What stands around and between the records. */
export interface JsonFrame {
  open: string;
  separator: string;
  close: string;
}

/** What the compiled writer exports; see kernel/json-lines.ts. */
interface Writer {
  memory: WebAssembly.Memory;
  start(columns: number, textBytes: number): number;
  instruct(
    column: number,
    form: number,
    omitsNull: number,
    nameAt: number,
    nameLength: number,
  ): void;
  separate(textAt: number, length: number): void;
  input(size: number): number;
  write(size: number, most: number): number;
  written(output: number): number;
}

/** A value of any other type is a text, and so is a number that JSON has no word for. */
const forms: Partial<Record<ValueType, number>> = {
  boolean: 0,
  integer: 1,
  decimal: 1,
  float: 1,
  json: 2,
};
const textForm = 3;
/** Comma, quotes, and the word for a NULL, true or false, whose line has fewer letters. */
const aroundValue = 8;
/** A control character is one byte in a line and six in JSON. */
const worstGrowth = 6;

/**
 * Writes canonical lines (`value.ts`) as JSON records, byte by byte: no text, object or number is made of a value, so
 * none costs time or loses a digit. The same records as `Batch.records()`, whose fields are these, in this order.
 */
export class JsonLines {
  private readonly writer: Writer;
  private readonly open: Buffer;
  private readonly close: Buffer;
  /** What a row takes beside its values. */
  private readonly rowBytes: number;

  constructor(fields: readonly TargetField[], frame: JsonFrame) {
    this.writer = openWriter();
    this.open = Buffer.from(frame.open);
    this.close = Buffer.from(frame.close);
    const names = fields.map(({ name }) => `${JSON.stringify(name)}:`);
    const textBytes = Buffer.byteLength(names.join('') + frame.separator);
    this.rowBytes = textBytes + fields.length * aroundValue + 2;
    this.instruct(fields, [...names, frame.separator]);
  }

  /** The bytes are the caller's to keep. Throws REJECTED `record.bad_json` for a json value that is none. */
  write(lines: Uint8Array, rows: number): Uint8Array {
    const { writer, open, close } = this;
    const input = writer.input(lines.length);
    view(writer, input, lines.length).set(lines);
    const most = lines.length * worstGrowth + rows * this.rowBytes;
    const output = writer.write(lines.length, most);
    const length = writer.written(output);
    const body = Buffer.allocUnsafe(open.length + length + close.length);
    body.set(open);
    body.set(view(writer, output, length), open.length);
    body.set(close, open.length + length);
    return body;
  }

  /** Tells what each column is, and what stands between two records: the last of the texts. */
  private instruct(fields: readonly TargetField[], texts: readonly string[]): void {
    const { writer } = this;
    let at = writer.start(fields.length, Buffer.byteLength(texts.join('')));
    for (const [n, text] of texts.entries()) {
      const bytes = Buffer.from(text);
      view(writer, at, bytes.length).set(bytes);
      const field = fields[n];
      if (field) {
        const form = forms[field.type] ?? textForm;
        writer.instruct(n, form, Number(field.nulls === 'omit'), at, bytes.length);
      } else writer.separate(at, bytes.length);
      at += bytes.length;
    }
  }
}

let compiled: WebAssembly.Module | undefined;

function openWriter(): Writer {
  compiled ??= new WebAssembly.Module(
    readFileSync(new URL('../../dist/connector/json-lines.wasm', import.meta.url)),
  );
  const env = {
    assertJson: (at: number, length: number): void =>
      assertJson(Buffer.from(view(writer, at, length)).toString()),
  };
  const writer = new WebAssembly.Instance(compiled, { env }).exports as unknown as Writer;
  return writer;
}

function view({ memory }: Writer, at: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, at >>> 0, length);
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
