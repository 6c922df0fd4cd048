// Where JavaScript puts what comes in, and finds what goes out.
import { Area } from './area';
import { take } from './memory';

let inputSize: usize = 0;
export let inputAt: usize = 0;
/** Entries come in beside the lines: the baseline is streamed while lines wait. */
export let entriesAt: usize = 0;
const ENTRIES_BYTES: usize = 1 << 20;

const AREAS: u32 = 5;
let areas: usize = 0;
export let addedOut: Area = changetype<Area>(0);
export let changedOut: Area = changetype<Area>(0);
export let freshOut: Area = changetype<Area>(0);
export let twiceOut: Area = changetype<Area>(0);
export let plainOut: Area = changetype<Area>(0);

export function openExchange(): void {
  areas = take(AREAS * 4);
  addedOut = makeArea(0);
  changedOut = makeArea(1);
  freshOut = makeArea(2);
  twiceOut = makeArea(3);
  plainOut = makeArea(4);
  entriesAt = take(ENTRIES_BYTES);
}

function makeArea(n: u32): Area {
  const area = Area.make();
  store<u32>(areas + (<usize>n << 2), <u32>changetype<usize>(area));
  return area;
}

function areaOf(n: u32): Area {
  return changetype<Area>(<usize>load<u32>(areas + (<usize>n << 2)));
}

/** Where to write up to `size` bytes of input; what an earlier call wrote is kept only if the place did not move. */
export function input(size: u32): usize {
  if (<usize>size > inputSize) {
    inputSize = size;
    inputAt = take(size);
    for (let n: u32 = 0; n < AREAS; n++) areaOf(n).grow(2 * <usize>size + 65536);
  }
  return inputAt;
}

/** Where to write entries: at most 1 MiB. */
export function entriesInput(): usize {
  return entriesAt;
}

/** Areas: 0 lines of added rows, 1 of changed rows, 2 entries of the added, 3 keys that came twice, 4 all else. */
export function areaAt(n: u32): usize {
  return areaOf(n).at;
}

export function areaLength(n: u32): u32 {
  return <u32>areaOf(n).length;
}

export function emptyAreas(): void {
  for (let n: u32 = 0; n < AREAS; n++) areaOf(n).length = 0;
}
