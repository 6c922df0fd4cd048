import { idOf } from './id.js';
import type { Field, SObject } from './schema.js';
import { instantText } from './value.js';
import type { Stored } from './stored.js';

/** A record as it is kept: its values in the order of the object's fields. */
export type Values = Stored[];

/**
 * The records of one object. A million of them fit into a few hundred MiB: each is one short text, its id is its place,
 * and only what records are found by is held a second time.
 */
export class Table {
  readonly #records: (string | undefined)[] = [];
  readonly #found = new Map<Field, Map<string, number | number[]>>();
  #count = 0;

  constructor(readonly object: SObject) {
    for (const field of object.indexed) this.#found.set(field, new Map());
  }

  get count(): number {
    return this.#count;
  }

  idOf(n: number): string {
    return idOf(this.object.keyPrefix, n + 1);
  }

  /** A place that was given away once: there or deleted. */
  isKnown(n: number): boolean {
    return n >= 0 && n < this.#records.length;
  }

  has(n: number): boolean {
    return this.#records[n] !== undefined;
  }

  /** `n` must be there. */
  read(n: number): Values {
    return JSON.parse(this.#records[n]!) as Values;
  }

  /** As the API gives it out, every field by its name. */
  recordOf(n: number): Record<string, Stored> {
    const values = this.read(n);
    return Object.fromEntries(this.object.fields.map(({ name, at }) => [name, values[at]!]));
  }

  add(values: Values, nowMs: number): number {
    const n = this.#records.length;
    values[0] = this.idOf(n);
    values[1] = instantText(nowMs);
    values[2] = values[1];
    this.#records.push(JSON.stringify(values));
    for (const field of this.object.indexed) this.#enter(field, values[field.at]!, n);
    this.#count += 1;
    return n;
  }

  write(
    n: number,
    { before, after, nowMs }: { before: Values; after: Values; nowMs: number },
  ): void {
    after[2] = instantText(nowMs);
    this.#records[n] = JSON.stringify(after);
    for (const field of this.object.indexed) {
      if (before[field.at] === after[field.at]) continue;
      this.#leave(field, before[field.at]!, n);
      this.#enter(field, after[field.at]!, n);
    }
  }

  delete(n: number): void {
    const values = this.read(n);
    this.#records[n] = undefined;
    this.#count -= 1;
    for (const field of this.object.indexed) this.#leave(field, values[field.at]!, n);
  }

  /** The records that have the value; by the index where the field has one. */
  find(field: Field, value: Stored): readonly number[] {
    if (value === null) return [];
    const entries = this.#found.get(field);
    if (!entries)
      return [...this.places()].filter(
        (n) => keyOf(field, this.read(n)[field.at]!) === keyOf(field, value),
      );
    const found = entries.get(keyOf(field, value));
    if (found === undefined) return [];
    return typeof found === 'number' ? [found] : found;
  }

  *all(): Generator<Record<string, Stored>> {
    for (const n of this.places()) yield this.recordOf(n);
  }

  *places(): Generator<number> {
    for (let n = 0; n < this.#records.length; n += 1) if (this.has(n)) yield n;
  }

  #enter(field: Field, value: Stored, n: number): void {
    if (value === null) return;
    const entries = this.#found.get(field)!;
    const key = keyOf(field, value);
    const there = entries.get(key);
    if (there === undefined) entries.set(key, n);
    else if (typeof there === 'number') entries.set(key, [there, n]);
    else there.push(n);
  }

  #leave(field: Field, value: Stored, n: number): void {
    if (value === null) return;
    const entries = this.#found.get(field)!;
    const key = keyOf(field, value);
    const left = [entries.get(key) ?? []].flat().filter((each) => each !== n);
    if (left.length === 0) entries.delete(key);
    else entries.set(key, left.length === 1 ? left[0]! : left);
  }
}

export function keyOf(field: Field, value: Stored): string {
  return field.caseSensitive ? String(value) : String(value).toLowerCase();
}
