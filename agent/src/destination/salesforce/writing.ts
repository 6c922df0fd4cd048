import type { OperationKind, TargetRequest } from '../../connector/destination.js';
import type { SettingsOf } from '../../connector/field.js';
import { checkMode } from './checks.js';
import { constantsOf } from './constant.js';
import type { Constants } from './constant.js';
import { describer } from './describe.js';
import type { DescribedObject } from './describe.js';
import { rulesFor } from './field-rule.js';
import type { FieldRule } from './field-rule.js';
import type { options } from './options.js';
import type { Org } from './org.js';

/** How rows become records of one object, settled when it is opened. */
export interface Writing {
  object: DescribedObject;
  /** What finds a record: `Id` or an external id. Undefined where records are only created. */
  key: FieldRule | undefined;
  /** In the order of a row's fields, behind its key; undefined for one that is the key once more. */
  fields: readonly (FieldRule | undefined)[];
  constants: Constants;
  options: SettingsOf<typeof options>;
}

/** Describes the object, and each that it is related to, once. CONFIG where it, a field or a right is missing for what the sync does. */
export async function planWriting(
  org: Org,
  { request, chosen }: { request: TargetRequest; chosen: SettingsOf<typeof options> },
  signal: AbortSignal,
): Promise<Writing> {
  const describe = describer(org, signal);
  const object = await describe(request.object);
  const asked = { object, describe, truncate: chosen.truncate };
  // A key that was cut could be that of another record.
  const key = await rulesFor(request.key, { ...asked, truncate: false });
  const fields = await rulesFor(request.fields, asked);
  const [first] = key;
  const constants = constantsOf(request, { object, fields, archive: chosen.archive });
  checkMode(request, { object, key, fields, constants });
  const isKey = ({ field }: FieldRule): boolean => field.name === first?.field.name;
  const others = fields.map((rule) => (isKey(rule) ? undefined : rule));
  return { object, key: first, fields: others, constants, options: chosen };
}

/** The fields that a kind writes from the row itself; removals write constants alone. */
export function writesRow(kind: OperationKind): boolean {
  return kind === 'upsert' || kind === 'update' || kind === 'create';
}
