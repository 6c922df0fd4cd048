// Writes canonical lines as JSON records, compiled to WebAssembly by AssemblyScript. See ../json-lines.ts for its use.
//
// Memory: the columns' instructions and names, then the lines, then what is written. Both may be looked at eight bytes at
// a time, so each has so much room behind it.

const PAGE: usize = 65536;
const WORD: usize = 8;
/** Numbers of a column's instruction: form, whether a NULL is left out, place and length of its name. */
const INSTRUCTION_BYTES: usize = 16;

const FLAG: u32 = 0;
const NUMBER: u32 = 1;
const JSON: u32 = 2;

const TAB: u8 = 0x09;
const LF: u8 = 0x0a;
const VT: u8 = 0x0b;
const CR: u8 = 0x0d;
const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const PLUS: u8 = 0x2b;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const DOT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const NINE: u8 = 0x39;
const BACKSLASH: u8 = 0x5c;
/** `\N`, `null`, `true` and `alse`, as they lie in memory. */
const NULL_FIELD: u16 = 0x4e5c;
const NULL_WORD: u32 = 0x6c6c756e;
const TRUE_WORD: u32 = 0x65757274;
const FALSE_REST: u32 = 0x65736c61;

const EACH: u64 = 0x0101010101010101;
const HIGH: u64 = 0x8080808080808080;

/** Throws where the text is no JSON. */
// @ts-ignore: decorator
@external('env', 'assertJson')
declare function assertJson(at: usize, length: usize): void;

let columns: usize = 0;
let heapEnd: usize = 0;
let separatorAt: usize = 0;
let separatorLength: usize = 0;
/** Where the next byte of the lines is, and the next of what is written. */
let from: usize = 0;
let at: usize = 0;

/** Room for instructions and names, which are written next. */
export function start(columnCount: usize, textBytes: usize): usize {
  columns = columnCount;
  heapEnd = instructions() + columnCount * INSTRUCTION_BYTES + textBytes;
  reserve(heapEnd);
  return instructions() + columnCount * INSTRUCTION_BYTES;
}

export function instruct(column: usize, form: u32, omitsNull: u32, nameAt: usize, nameLength: usize): void {
  const instruction = instructions() + column * INSTRUCTION_BYTES;
  store<u32>(instruction, form);
  store<u32>(instruction + 4, omitsNull);
  store<u32>(instruction + 8, <u32>nameAt);
  store<u32>(instruction + 12, <u32>nameLength);
}

/** What stands between two records. */
export function separate(textAt: usize, length: usize): void {
  separatorAt = textAt;
  separatorLength = length;
}

/** Where to write so many bytes of lines. */
export function input(size: usize): usize {
  reserve(heapEnd + size + WORD);
  return heapEnd;
}

/** Writes the records of the lines, with `most` bytes at most; gives the place. */
export function write(size: usize, most: usize): usize {
  const output = heapEnd + size + WORD;
  reserve(output + most + WORD);
  const end = heapEnd + size;
  from = heapEnd;
  at = output;
  while (from < end) {
    if (at > output) copy(separatorAt, separatorLength);
    record();
  }
  return output;
}

/** Bytes that were written. */
export function written(output: usize): usize {
  return at - output;
}

// @ts-ignore: decorator
@inline
function instructions(): usize {
  return (__heap_base + 7) & ~7;
}

function reserve(end: usize): void {
  const pages = <i32>((end + PAGE - 1) / PAGE) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
}

function record(): void {
  put(0x7b);
  let isFirst = true;
  for (let column: usize = 0; column < columns; column++) {
    const instruction = instructions() + column * INSTRUCTION_BYTES;
    const isNull = load<u16>(from) == NULL_FIELD && endsAt(from + 2);
    if (!isNull || !load<u32>(instruction + 4)) {
      if (!isFirst) put(COMMA);
      isFirst = false;
      copy(load<u32>(instruction + 8), load<u32>(instruction + 12));
      if (isNull) word(NULL_WORD);
      else value(load<u32>(instruction));
    }
    if (isNull) from += 2;
    from++;
  }
  put(0x7d);
}

function value(form: u32): void {
  if (form == FLAG) flag();
  else if (form == JSON) json();
  else if (form != NUMBER || !number()) text();
}

function flag(): void {
  if (load<u8>(from++) == 0x74) return word(TRUE_WORD);
  put(0x66);
  word(FALSE_REST);
}

/** -?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?; where it is something else nothing is written. */
function number(): bool {
  const whole = load<u8>(from) == MINUS ? from + 1 : from;
  let to = afterDigits(whole);
  if (to == whole || (load<u8>(whole) == ZERO && to > whole + 1)) return false;
  if (load<u8>(to) == DOT) {
    const start = to + 1;
    to = afterDigits(start);
    if (to == start) return false;
  }
  if ((load<u8>(to) | 0x20) == 0x65) {
    to++;
    if (load<u8>(to) == PLUS || load<u8>(to) == MINUS) to++;
    const start = to;
    to = afterDigits(start);
    if (to == start) return false;
  }
  if (!endsAt(to)) return false;
  copy(from, to - from);
  from = to;
  return true;
}

/** Lines and JSON escape alike, but for the vertical tab, quotes and what JSON has no letter for. */
function text(): void {
  put(QUOTE);
  for (;;) {
    const clean = plainBytes();
    from += clean;
    at += clean;
    if (clean == WORD) continue;
    const byte = load<u8>(from);
    if (byte == TAB || byte == LF) break;
    if (byte == BACKSLASH) escape();
    else {
      special(byte);
      from++;
    }
  }
  put(QUOTE);
}

/** Copies eight bytes and tells how many of them count: those before the first that JSON writes otherwise. */
// @ts-ignore: decorator
@inline
function plainBytes(): usize {
  const bytes = load<u64>(from);
  store<u64>(at, bytes);
  const controls = (bytes - EACH * 0x20) & ~bytes;
  const others = zeros(bytes ^ (EACH * <u64>QUOTE)) | zeros(bytes ^ (EACH * <u64>BACKSLASH));
  return <usize>(ctz((controls | others) & HIGH) >> 3);
}

/** The lowest high bit that is set is that of the first byte that is zero; those behind it may lie. */
// @ts-ignore: decorator
@inline
function zeros(bytes: u64): u64 {
  return (bytes - EACH) & ~bytes;
}

function escape(): void {
  const letter = load<u8>(from + 1);
  from += 2;
  // \\ \t \n \r \b \f
  if (letter == BACKSLASH || letter == 0x74 || letter == 0x6e || letter == 0x72 || letter == 0x62 || letter == 0x66) {
    put(BACKSLASH);
    put(letter);
  } else special(letter == 0x76 ? VT : letter);
}

function special(byte: u8): void {
  if (byte == QUOTE) {
    put(BACKSLASH);
    put(QUOTE);
  } else if (byte < SPACE) {
    word(0x3030755c); // \u00
    put(hexDigit(byte >> 4));
    put(hexDigit(byte & 15));
  } else put(byte);
}

/** As the source wrote it, on one line: outside of its texts a line break is only space. */
function json(): void {
  const start = at;
  for (;;) {
    let byte = load<u8>(from++);
    if (byte == TAB || byte == LF) break;
    if (byte == BACKSLASH) byte = unescaped(load<u8>(from++));
    put(byte == LF || byte == CR ? SPACE : byte);
  }
  from--;
  assertJson(start, at - start);
}

function unescaped(letter: u8): u8 {
  if (letter == 0x74) return TAB;
  if (letter == 0x6e) return LF;
  if (letter == 0x72) return CR;
  if (letter == 0x62) return 0x08;
  if (letter == 0x66) return 0x0c;
  return letter == 0x76 ? VT : letter;
}

// @ts-ignore: decorator
@inline
function endsAt(place: usize): bool {
  const byte = load<u8>(place);
  return byte == TAB || byte == LF;
}

// @ts-ignore: decorator
@inline
function afterDigits(place: usize): usize {
  let to = place;
  while (load<u8>(to) >= ZERO && load<u8>(to) <= NINE) to++;
  return to;
}

// @ts-ignore: decorator
@inline
function hexDigit(value: u8): u8 {
  return value < 10 ? ZERO + value : 0x57 + value;
}

// @ts-ignore: decorator
@inline
function put(byte: u8): void {
  store<u8>(at++, byte);
}

// @ts-ignore: decorator
@inline
function word(bytes: u32): void {
  store<u32>(at, bytes);
  at += 4;
}

/** Eight bytes at a time: what is written too much is written over. */
// @ts-ignore: decorator
@inline
function copy(place: usize, length: usize): void {
  for (let n: usize = 0; n < length; n += WORD) store<u64>(at + n, load<u64>(place + n));
  at += length;
}
