import { parseId } from './id.js';
import { makeSchema } from './schema.js';
import type { ObjectSetting, Schema, SObject } from './schema.js';
import { Table } from './table.js';

/** The customer's objects and all their records. */
export class Org {
  readonly schema: Schema;
  readonly #tables: ReadonlyMap<SObject, Table>;

  constructor(objects: readonly ObjectSetting[]) {
    this.schema = makeSchema(objects);
    this.#tables = new Map([...this.schema.values()].map((object) => [object, new Table(object)]));
  }

  object(name: string): SObject | undefined {
    return this.schema.get(name.toLowerCase());
  }

  table(object: SObject): Table {
    return this.#tables.get(object)!;
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
