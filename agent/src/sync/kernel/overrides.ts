// What later segments of a baseline say of rows of earlier ones.
import { GIVEN, REMOVED_ROW, toldRow } from './marks';
import { load64, take } from './memory';
import { ENTRY_BYTES, Table } from './table';

let table: Table = changetype<Table>(0);
let segments: usize = 0;

export function open(rows: u32): void {
  table = Table.make(rows);
  segments = take(<usize>rows * 4);
}

export function count(): u32 {
  return table.count;
}

/** Takes in a stretch of a segment; later calls win. */
export function takeIn(entriesAt: usize, length: u32, segment: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    let number = table.find(load64(at), load64(at + 8));
    const row = toldRow(load64(at + 16));
    if (number == 0) number = table.insert(load64(at), load64(at + 8), row) + 1;
    else store<u64>(table.at(number - 1) + 16, row);
    store<u32>(segments + (<usize>(number - 1) << 2), segment);
  }
}

/** None of them has been given. */
export function forgetGiven(): void {
  for (let n: u32 = 0; n < table.count; n++) {
    const entry = table.at(n);
    store<u64>(entry + 16, load64(entry + 16) & ~GIVEN);
  }
}

/** What the latest segment says of a row that one of them has; `REMOVED_ROW` where the row is not to be given here. */
export function latestRow(low: u64, high: u64, told: u64, segment: u32): u64 {
  const row = toldRow(told);
  if (table.count == 0) return row;
  const number = table.find(low, high);
  if (number == 0 || load<u32>(segments + (<usize>(number - 1) << 2)) <= segment) return row;
  return give(number - 1);
}

/** The row of an override, once; `REMOVED_ROW` where there is none, or it has been given. */
export function give(number: u32): u64 {
  const entry = table.at(number);
  const row = load64(entry + 16);
  if (row == REMOVED_ROW || (row & GIVEN) != 0) return REMOVED_ROW;
  store<u64>(entry + 16, row | GIVEN);
  return row;
}

export function at(number: u32): usize {
  return table.at(number);
}
