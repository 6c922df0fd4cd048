import { parseId } from './id.js';
import { makeObject } from './schema.js';
import type { ObjectSetting, SObject } from './schema.js';
import { Table } from './table.js';

/** The customer's objects and all their records. */
export class Org {
  /** By the objects' names in small letters. */
  readonly schema = new Map<string, SObject>();
  readonly #tables = new Map<SObject, Table>();

  constructor(objects: readonly ObjectSetting[]) {
    for (const object of objects) this.add(object);
  }

  add(setting: ObjectSetting): void {
    const object = makeObject(setting, this.schema.size);
    this.schema.set(object.name.toLowerCase(), object);
    this.#tables.set(object, new Table(object));
  }

  object(name: string): SObject | undefined {
    return this.schema.get(name.toLowerCase());
  }

  table(object: SObject): Table {
    return this.#tables.get(object)!;
  }

  /** Of all objects. */
  get count(): number {
    return [...this.#tables.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Where the record of an id is or would be; undefined where the text is no id of any of the objects. */
  place(id: string): { table: Table; n: number } | undefined {
    const parsed = parseId(id);
    if (!parsed) return undefined;
    for (const table of this.#tables.values())
      if (table.object.keyPrefix === parsed.prefix) return { table, n: parsed.n - 1 };
    return undefined;
  }
}
