import type { TargetField } from '../../connector/destination.js';
import type { ValueType } from '../../connector/value.js';
import { Failure } from '../../failure.js';
import { fieldMissing, fieldNamed, isName } from './describe.js';
import type { DescribedField, DescribedObject } from './describe.js';
import { fitFor } from './fit.js';
import type { Fit } from './fit.js';

/** How the values of one mapped field are written. */
export interface FieldRule {
  /** As the mapping names it, and as Bulk's columns are named: `Name`, `Account__r.ExtId__c`, `User:Owner.ExtId__c`. */
  name: string;
  /** The field that gets a value; of a relationship, the reference that it fills. */
  field: DescribedField;
  /** Of a relationship: the other record is found by a field of its own. */
  related:
    { relationship: string; object: string; by: DescribedField; isOneOfMany: boolean } | undefined;
  /** What the canonical texts that come are. */
  from: ValueType;
  /** Makes a value fit; undefined where every value is sent as it is. */
  fit: Fit | undefined;
  omitsNulls: boolean;
}

export interface RuleRequest {
  object: DescribedObject;
  /** Describes a related object. */
  describe: (object: string) => Promise<DescribedObject>;
  truncate: boolean;
}

/** Looks up what the mapping names. */
export async function rulesFor(
  fields: readonly TargetField[],
  request: RuleRequest,
): Promise<FieldRule[]> {
  const rules: FieldRule[] = [];
  for (const field of fields) rules.push(await ruleFor(field, request));
  return rules;
}

async function ruleFor(
  { name, type, nulls }: TargetField,
  request: RuleRequest,
): Promise<FieldRule> {
  const { object } = request;
  const base = { name, from: type, omitsNulls: nulls === 'omit' };
  const way = wayIn(name);
  if (!way) {
    const field = fieldNamed(object, name);
    return { ...base, field, related: undefined, fit: fitOf(field, type, request) };
  }
  const field = object.fields.find((each) => each.relationshipName === way.relationship);
  if (!field) throw fieldMissing(`${object.name}.${way.relationship}: no such relationship`);
  const other = relatedObject(field, { ...way, name });
  const by = fieldNamed(await request.describe(other), way.by);
  if (!by.externalId && !by.idLookup) throw notFound(name);
  const related = {
    relationship: way.relationship,
    object: other,
    by,
    isOneOfMany: field.referenceTo.length > 1,
  };
  return { ...base, field, related, fit: fitOf(by, type, request) };
}

function fitOf(field: DescribedField, from: ValueType, { truncate }: RuleRequest): Fit | undefined {
  return fitFor(field, { from, truncate });
}

interface Way {
  object: string | undefined;
  relationship: string;
  by: string;
}

/** `Account__r.ExtId__c`, with `User:` in front where the relationship may lead to several objects. */
function wayIn(name: string): Way | undefined {
  const [, object, relationship = '', by = ''] = /^(?:(\w+):)?(\w+)\.(\w+)$/.exec(name) ?? [];
  return isName(relationship) && isName(by) ? { object, relationship, by } : undefined;
}

function relatedObject(field: DescribedField, { object, name }: Way & { name: string }): string {
  const [only, ...others] = field.referenceTo;
  if (object !== undefined && field.referenceTo.includes(object)) return object;
  if (object === undefined && only !== undefined && others.length === 0) return only;
  throw new Failure(
    'CONFIG',
    'destination.relationship_vague',
    'The relationship may lead to several objects. Write the one that is meant in front of it, as in `User:Owner.ExtId__c`.',
    { detail: `${name}: ${field.referenceTo.join(', ')}` },
  );
}

function notFound(name: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.not_external_id',
    'Records are found only by a field that is marked as External ID in Salesforce.',
    { detail: name },
  );
}
