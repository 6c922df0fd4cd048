// The projector, compiled to WebAssembly by AssemblyScript: lines of some columns become lines of the fields that a
// destination gets. See ../projection.ts for its use.
import { LF, TAB } from './area';
import { take } from './memory';

/** Numbers of a field's instruction: column or NO_COLUMN, place and length of a text. */
const INSTRUCTION_BYTES: usize = 12;
const NO_COLUMN: u32 = 0xffffffff;

let fields: u32 = 0;
let instructions: usize = 0;
let columns: u32 = 0;
/** Where each column of the current line begins; one more for its end. */
let places: usize = 0;
let inputAt: usize = 0;
let inputSize: usize = 0;
let outputAt: usize = 0;
let outputSize: usize = 0;

/** Bytes and rows of the output so far. */
export let length: u32 = 0;
export let rows: u32 = 0;
/** The next line does not fit any more: the output has to be taken out first. */
export let isFull: bool = false;
/** Bytes that the output must have room for, or the next line never fits. */
export let needed: u32 = 0;

export function start(columnCount: u32, fieldCount: u32): void {
  columns = columnCount;
  fields = fieldCount;
  places = take(<usize>(columnCount + 2) * 4);
  instructions = take(<usize>fieldCount * INSTRUCTION_BYTES);
}

/** Room for a text of an instruction. */
export function room(bytes: u32): usize {
  return take(bytes);
}

/** A field is a column, or the text where that is NULL; without a column it is the text. */
export function instruct(field: u32, column: u32, textAt: u32, textLength: u32): void {
  const at = instructions + <usize>field * INSTRUCTION_BYTES;
  store<u32>(at, column);
  store<u32>(at + 4, textAt);
  store<u32>(at + 8, textLength);
}

/** Where to write up to `size` bytes of input; what an earlier call wrote is kept only if the place did not move. */
export function input(size: u32): usize {
  if (<usize>size > inputSize) {
    inputSize = size;
    inputAt = take(size);
  }
  return inputAt;
}

/** The output, with room for so many bytes; empty. */
export function output(size: u32): usize {
  if (<usize>size > outputSize) {
    outputSize = size;
    outputAt = take(size);
  }
  length = 0;
  rows = 0;
  return outputAt;
}

/** Goes through the complete lines of the input until there are so many rows or bytes; returns where it stopped. */
export function project(offset: u32, inputLength: u32, maxRows: u32, maxBytes: u32): u32 {
  const end = inputAt + inputLength;
  let line = inputAt + offset;
  isFull = false;
  while (line < end) {
    const lineEnd = split(line, end);
    if (lineEnd == 0) break;
    const bytes = projectedBytes();
    if (rows == maxRows || (rows > 0 && length + bytes > maxBytes) || <usize>(length + bytes) > outputSize) {
      isFull = true;
      needed = bytes;
      break;
    }
    write();
    line = lineEnd + 1;
  }
  return <u32>(line - inputAt);
}

/** Finds where the columns begin; gives the end of the line, 0 when it is not whole. */
function split(line: usize, end: usize): usize {
  store<u32>(places, <u32>line);
  let column: u32 = 1;
  for (let at = line; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == TAB || byte == LF) {
      if (column <= columns) store<u32>(places + (<usize>column << 2), <u32>(at + 1));
      column++;
      if (byte == LF) return at;
    }
  }
  return 0;
}

function projectedBytes(): u32 {
  let bytes: u32 = fields;
  for (let n: u32 = 0; n < fields; n++) bytes += pick(n);
  return bytes;
}

let picked: usize = 0;

/** Finds a field's bytes; gives how many there are. */
function pick(field: u32): u32 {
  const instruction = instructions + <usize>field * INSTRUCTION_BYTES;
  const column = load<u32>(instruction);
  const textAt = load<u32>(instruction + 4);
  if (column != NO_COLUMN) {
    const from = load<u32>(places + (<usize>column << 2));
    const size = load<u32>(places + (<usize>(column + 1) << 2)) - 1 - from;
    const isNull = size == 2 && load<u16>(from) == 0x4e5c; // \N
    if (!isNull || textAt == 0) {
      picked = from;
      return size;
    }
  }
  picked = textAt;
  return load<u32>(instruction + 8);
}

function write(): void {
  let at = outputAt + length;
  for (let n: u32 = 0; n < fields; n++) {
    const size = pick(n);
    memory.copy(at, picked, size);
    at += size;
    store<u8>(at++, n + 1 == fields ? LF : TAB);
  }
  length = <u32>(at - outputAt);
  rows++;
}
