import { take } from './memory';

export const TAB: u8 = 9;
export const LF: u8 = 10;

/** Where the kernel writes what JavaScript takes out after each call. */
@unmanaged
export class Area {
  at: usize;
  size: usize;
  length: usize;

  static make(): Area {
    const area = changetype<Area>(take(offsetof<Area>()));
    area.at = 0;
    area.size = 0;
    area.length = 0;
    return area;
  }

  /** What is in it must have been taken out. */
  grow(size: usize): void {
    this.at = take(size);
    this.size = size;
    this.length = 0;
  }

  // @ts-ignore: decorator
  @inline
  hasRoom(bytes: usize): bool {
    return this.length + bytes <= this.size;
  }

  // @ts-ignore: decorator
  @inline
  byte(value: u8): void {
    store<u8>(this.at + this.length, value);
    this.length++;
  }

  // @ts-ignore: decorator
  @inline
  word(value: u64): void {
    store<u64>(this.at + this.length, value);
    this.length += 8;
  }

  copy(from: usize, length: usize): void {
    memory.copy(this.at + this.length, from, length);
    this.length += length;
  }

  /** In decimal digits. */
  number(value: u64, after: u8): void {
    let digits: usize = 1;
    for (let rest = value; rest >= 10; rest /= 10) digits++;
    let at = this.at + this.length + digits;
    store<u8>(at, after);
    let rest = value;
    while (rest >= 10) {
      const next = rest / 10;
      at--;
      store<u8>(at, 48 + <u8>(rest - next * 10));
      rest = next;
    }
    store<u8>(at - 1, 48 + <u8>rest);
    this.length += digits + 1;
  }
}
