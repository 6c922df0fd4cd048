// What else may keep a record from being written or deleted: sharing, triggers, flows, records that depend on it. The messages
// are those that orgs give, as public threads quote them.
import type { Org } from './org.js';
import { Refusal } from './refusal.js';
import type { SObject } from './schema.js';
import type { Table, Values } from './table.js';

export function mayOnlyRead(table: Table, n: number): boolean {
  const { object } = table;
  return object.isReadOnly?.(recordOf(object, table.read(n))) ?? false;
}

export function checkReadOnly(table: Table, n: number): void {
  if (mayOnlyRead(table, n))
    throw new Refusal('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
}

/** Runs what the customer has written, the trigger first. */
export function checkAutomation(
  object: SObject,
  after: Values,
  operation: 'Insert' | 'Update',
): void {
  const { trigger, flow } = object;
  const exception = trigger?.fault(recordOf(object, after));
  if (trigger && exception !== undefined)
    throw new Refusal(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      `${trigger.name}: execution of Before${operation}\n\ncaused by: ${exception}\n\nTrigger.${trigger.name}: line 1, column 1`,
    );
  const reason = flow?.fault(recordOf(object, after));
  if (flow && reason !== undefined)
    throw new Refusal(
      'CANNOT_EXECUTE_FLOW_TRIGGER',
      `We can't save this record because the “${flow.name}” process failed. Give your Salesforce admin these details. ${reason}`,
    );
}

/** A record that others keep is not deleted; they are looked at one by one. */
export function checkDelete(org: Org, table: Table, n: number): void {
  const id = table.idOf(n);
  for (const object of org.schema.values()) {
    const keeping = object.fields.filter(
      ({ keepsTarget, referenceTo }) => keepsTarget && referenceTo.includes(table.object.name),
    );
    if (keeping.length === 0) continue;
    for (const record of org.table(object).all())
      if (keeping.some(({ name }) => record[name] === id))
        throw new Refusal(
          'DELETE_FAILED',
          `Your attempt to delete ${id} could not be completed because it is associated with the following ${object.label}s.: ${String(record['Id'])}\n`,
        );
  }
}

const recordOf = (object: SObject, values: Values): Record<string, Values[number]> =>
  Object.fromEntries(object.fields.map(({ name, at }) => [name, values[at] ?? null]));
