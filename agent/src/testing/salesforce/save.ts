import type { Change } from './change.js';
import type { Moods } from './moods.js';
import type { Operation } from './operation.js';
import type { Org } from './org.js';
import { Refusal } from './refusal.js';
import { checkAutomation, checkDelete, checkReadOnly, mayOnlyRead } from './guards.js';
import type { Field, SObject } from './schema.js';
import { keyOf } from './table.js';
import type { Table, Values } from './table.js';

/** How a request or a job wants its records saved. */
export interface Saving {
  operation: Operation;
  object: SObject;
  /** Of an upsert: the field that finds the record; undefined is `Id`. */
  by?: Field | undefined;
  allowDuplicates: boolean;
  via: 'rest' | 'bulk';
}

export type Saved = { n: number; id: string; created: boolean };

/** Records that are saved together, as their triggers would be called: at most this many. */
export const chunkRows = 200;

/** What is under way at this moment. */
export interface Traffic {
  requests: number;
  jobs: number;
}

/** Writes records, by Salesforce's rules for each of them. */
export class Saver {
  readonly traffic: Traffic = { requests: 0, jobs: 0 };
  /** Records that were asked to be written, whatever became of them. */
  asked = 0;
  /** How often each row was locked, by its id or what is to be in it. */
  readonly #locked = new Map<string, number>();

  constructor(
    private readonly org: Org,
    private readonly moods: Moods,
    private readonly nowMs: () => number,
  ) {}

  /**
   * One answer for each, in order. Refusals that came with the changes are answered as they are. References are looked up
   * before anything is written: a record of the same chunk is not found by them.
   */
  saveChunk(saving: Saving, changes: readonly (Change | Refusal)[]): (Saved | Refusal)[] {
    this.asked += changes.length;
    const seen = new Set<string>();
    const ready = changes.map((change) =>
      change instanceof Refusal
        ? change
        : refusalOf(() => this.#resolve(saving, change) ?? this.#once(saving, change, seen)),
    );
    return changes.map((change, n) => {
      const refusal = ready[n];
      if (refusal instanceof Refusal || change instanceof Refusal) return refusal as Refusal;
      return refusalOf(() => this.#save(saving, change));
    });
  }

  #resolve({ operation }: Saving, change: Change): undefined {
    if (operation === 'delete') return undefined;
    for (const { field, by, in: object, value } of change.related) {
      const table = this.org.table(object);
      const [found, second] = table.find(by, value);
      if (found === undefined)
        throw new Refusal(
          'INVALID_FIELD',
          `Foreign key external ID: ${keyOf(by, value)} not found for field ${by.name} in entity ${object.name}`,
        );
      if (second !== undefined) throw many(table, by, table.find(by, value));
      change.values.push([field, table.idOf(found)]);
    }
    return undefined;
  }

  /** The second record of a chunk with the same key is refused. */
  #once({ operation, by }: Saving, change: Change, seen: Set<string>): undefined {
    const key = by ? change.values.find(([field]) => field === by)?.[1] : change.id;
    if (key === null || key === undefined || operation === 'insert') return undefined;
    const text = by ? keyOf(by, key) : String(key).slice(0, 15);
    if (seen.has(text))
      throw new Refusal(
        'DUPLICATE_VALUE',
        by
          ? `Duplicate external id specified: ${String(key)}`
          : `Duplicate id specified: ${String(key)}`,
        [by?.name ?? 'Id'],
      );
    seen.add(text);
    return undefined;
  }

  #save(saving: Saving, change: Change): Saved {
    const table = this.org.table(saving.object);
    const n = this.#target(saving, change, table);
    this.#lock(saving, change, n === undefined ? undefined : table.idOf(n));
    if (n !== undefined) checkReadOnly(table, n);
    else if (this.org.count >= (this.moods.storedRecords ?? Infinity))
      throw new Refusal('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded');
    if (saving.operation !== 'delete') return this.#write(saving, change, { table, n });
    checkDelete(this.org, table, n!);
    table.delete(n!);
    return { n: n!, id: table.idOf(n!), created: false };
  }

  /** The place of the record that is there already. */
  #target(saving: Saving, change: Change, table: Table): number | undefined {
    if (saving.operation === 'insert') {
      if (change.id === null) return undefined;
      throw new Refusal('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', [
        'Id',
      ]);
    }
    if (saving.operation === 'upsert' && saving.by) return externalPlace(saving.by, change, table);
    if (change.id !== null) return placeOf(this.org, saving.object, change.id);
    if (saving.operation === 'upsert') return undefined;
    throw new Refusal('MISSING_ARGUMENT', 'Id not specified in an update call', ['Id']);
  }

  #lock(saving: Saving, change: Change, id: string | undefined): void {
    if (!this.moods.isLocked) return;
    const fields = Object.fromEntries(change.values.map(([field, value]) => [field.name, value]));
    const { operation, via, object } = saving;
    const key = `${object.name} ${id ?? JSON.stringify(fields)}`;
    const lockedBefore = this.#locked.get(key) ?? 0;
    const underWay = this.traffic.requests + this.traffic.jobs;
    const row = { operation, via, object: object.name, id, fields, lockedBefore, underWay };
    if (!this.moods.isLocked(row)) return;
    this.#locked.set(key, lockedBefore + 1);
    throw new Refusal(
      'UNABLE_TO_LOCK_ROW',
      `unable to obtain exclusive access to this record${id ? ` or 1 records: ${id}` : ''}`,
    );
  }

  #write(
    saving: Saving,
    change: Change,
    { table, n }: { table: Table; n: number | undefined },
  ): Saved {
    const { object } = saving;
    const before = n === undefined ? undefined : table.read(n);
    const after: Values = before ? [...before] : object.fields.map(defaultOf);
    for (const [field, value] of change.values) {
      if (!(before ? field.updateable : field.createable)) throw notWritable(field);
      after[field.at] = value;
      if (field.type === 'reference' && value !== null) this.#checkReference(field, String(value));
    }
    const missing = object.required.filter(({ at }) => after[at] === null);
    if (missing.length > 0) throw required(missing);
    this.#checkUnique(table, after, n);
    this.#checkRules(saving, after, { table, n });
    checkAutomation(object, after, before ? 'Update' : 'Insert');
    const nowMs = this.nowMs();
    if (before) table.write(n!, { before, after, nowMs });
    const place = n ?? table.add(after, nowMs);
    return { n: place, id: table.idOf(place), created: !before };
  }

  #checkReference(field: Field, id: string): void {
    const place = this.org.place(id);
    if (place && !field.referenceTo.includes(place.table.object.name))
      throw new Refusal(
        'FIELD_INTEGRITY_EXCEPTION',
        `${field.label}: id value of incorrect type: ${id}`,
        [field.name],
      );
    if (!place?.table.isKnown(place.n))
      throw new Refusal('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [field.name]);
    if (!place.table.has(place.n))
      throw new Refusal('ENTITY_IS_DELETED', 'entity is deleted', [field.name]);
    if (mayOnlyRead(place.table, place.n))
      throw new Refusal(
        'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
        `insufficient access rights on cross-reference id: ${id.slice(0, 15)}`,
      );
  }

  #checkUnique(table: Table, after: Values, n: number | undefined): void {
    for (const field of table.object.indexed) {
      if (!field.unique) continue;
      const other = table.find(field, after[field.at]!).find((each) => each !== n);
      if (other !== undefined)
        throw new Refusal(
          'DUPLICATE_VALUE',
          `duplicate value found: ${field.name} duplicates value on record with id: ${table.idOf(other)}`,
        );
    }
  }

  #checkRules(
    { object, allowDuplicates }: Saving,
    after: Values,
    { table, n }: { table: Table; n: number | undefined },
  ): void {
    const { validationRules = [], duplicateRule } = object;
    if (validationRules.length > 0) {
      const record = Object.fromEntries(object.fields.map(({ name, at }) => [name, after[at]!]));
      const broken = validationRules.find((rule) => rule.isBroken(record));
      if (broken)
        throw new Refusal(
          'FIELD_CUSTOM_VALIDATION_EXCEPTION',
          broken.message,
          broken.field ? [broken.field] : [],
        );
    }
    if (!duplicateRule || (duplicateRule.allowSave && allowDuplicates)) return;
    const fields = duplicateRule.fields.map((name) => object.byName.get(name.toLowerCase())!);
    const same = table
      .find(fields[0]!, after[fields[0]!.at]!)
      .some((other) => other !== n && agree(fields, table.read(other), after));
    if (same) throw new Refusal('DUPLICATES_DETECTED', 'Use one of these records?');
  }
}

function agree(fields: readonly Field[], one: Values, other: Values): boolean {
  return fields.every((field) => keyOf(field, one[field.at]!) === keyOf(field, other[field.at]!));
}

function refusalOf<Result>(act: () => Result): Result | Refusal {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Throws what Salesforce says of an id that is malformed, of another object, unknown or deleted. */
export function placeOf(org: Org, object: SObject, id: string): number {
  const place = org.place(id);
  if (!place || place.table.object !== object)
    throw new Refusal('MALFORMED_ID', `${object.label} ID: id value of incorrect type: ${id}`, [
      'Id',
    ]);
  if (!place.table.isKnown(place.n))
    throw new Refusal('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (!place.table.has(place.n)) throw new Refusal('ENTITY_IS_DELETED', 'entity is deleted');
  return place.n;
}

function externalPlace(by: Field, change: Change, table: Table): number | undefined {
  const value = change.values.find(([field]) => field === by)?.[1] ?? null;
  if (value === null) throw new Refusal('MISSING_ARGUMENT', `${by.name} not specified`, []);
  const found = table.find(by, value);
  if (found.length > 1) throw many(table, by, found);
  return found[0];
}

function many(table: Table, by: Field, found: readonly number[]): Refusal {
  return new Refusal(
    'DUPLICATE_EXTERNAL_ID',
    `${by.label}: more than one record found for external id field: [${found.map((n) => table.idOf(n)).join(', ')}]`,
  );
}

const defaultOf = (field: Field): Values[number] =>
  field.defaultValue ?? (field.type === 'boolean' ? false : null);

function required(missing: readonly Field[]): Refusal {
  const names = missing.map(({ name }) => name);
  return new Refusal(
    'REQUIRED_FIELD_MISSING',
    `Required fields are missing: [${names.join(', ')}]`,
    names,
  );
}

function notWritable(field: Field): Refusal {
  return new Refusal(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    [field.name],
  );
}
