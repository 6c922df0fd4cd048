import type { TargetRequest } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { Constant, Constants } from './constant.js';
import type { DescribedField, DescribedObject } from './describe.js';
import type { FieldRule } from './field-rule.js';

interface Planned {
  object: DescribedObject;
  key: readonly FieldRule[];
  fields: readonly FieldRule[];
  constants: Constants;
}

/** Throws CONFIG, naming the field, for what Salesforce would refuse of every row. */
export function checkMode(request: TargetRequest, planned: Planned): void {
  const { mode, removal } = request;
  checkKey(request, planned);
  const creates = mode !== 'update';
  const updates = mode !== 'create';
  if (creates) checkCreates(planned);
  const { object, fields, constants } = planned;
  const fixed = Object.values(constants).flat();
  if (updates) {
    if (!object.updateable) throw forbidden(`${object.name}: update`);
    checkUpdateable(fields.filter((rule) => !isKey(rule, planned)).map(({ field }) => field));
  }
  if (removal !== 'nothing') {
    if (removal === 'delete' && !object.deletable) throw forbidden(`${object.name}: delete`);
    if (removal !== 'delete' && !object.updateable) throw forbidden(`${object.name}: update`);
  }
  checkUpdateable(fixed.map(({ field }) => field));
  fixed.forEach(checkPicklist);
  checkClear(request, planned);
}

function checkKey({ mode, removal }: TargetRequest, { key }: Planned): void {
  const [first, ...others] = key;
  const needsKey = mode !== 'create' || removal !== 'nothing';
  if (!first && needsKey)
    throw new Failure('CONFIG', 'destination.key_missing', 'The mode of this sync needs a key.');
  if (!first) return;
  if (others.length > 0)
    throw new Failure(
      'CONFIG',
      'destination.key_composite',
      'A record in Salesforce is found by one field. Make an external id of the parts of the key in the model.',
      { detail: key.map(({ name }) => name).join(', ') },
    );
  if (first.related) throw notExternalId(first.name);
  if (isId(first.field)) return checkId(mode);
  if (!first.field.externalId && !first.field.idLookup) throw notExternalId(first.name);
  if (mode === 'create' && !first.field.unique)
    throw new Failure(
      'CONFIG',
      'destination.key_not_unique',
      'Without a unique external id a record that is there already would be made again. Mark the field as unique in Salesforce.',
      { detail: first.name, vendorCode: 'DUPLICATE_VALUE' },
    );
}

/** Salesforce gives ids itself. */
function checkId(mode: TargetRequest['mode']): void {
  if (mode === 'update') return;
  throw new Failure(
    'CONFIG',
    'destination.key_given',
    'A record can not be created with an Id. Key the sync by an external id, or choose mode: update.',
  );
}

function checkCreates({ object, key, fields, constants }: Planned): void {
  if (!object.createable) throw forbidden(`${object.name}: create`);
  const written = [...key, ...fields].map(({ field }) => field);
  const readOnly = written.find((field) => !field.createable);
  if (readOnly) throw fieldReadOnly(readOnly.name);
  const given = new Set(
    [...written, ...(constants.create ?? []).map(({ field }) => field)].map(({ name }) => name),
  );
  const missing = object.fields.filter((field) => isRequired(field) && !given.has(field.name));
  if (missing.length === 0) return;
  throw new Failure(
    'CONFIG',
    'destination.required_field_missing',
    'A new record needs fields that the mapping does not have.',
    { detail: missing.map(({ name }) => name).join(', '), vendorCode: 'REQUIRED_FIELD_MISSING' },
  );
}

/** A checkbox is never empty: it is off unless it is said otherwise. */
export function isRequired(field: DescribedField): boolean {
  const isAsked = !field.nillable && !field.defaultedOnCreate && field.createable;
  return isAsked && field.type !== 'boolean';
}

function checkUpdateable(fields: readonly DescribedField[]): void {
  const readOnly = fields.find((field) => !field.updateable);
  if (readOnly) throw fieldReadOnly(readOnly.name);
}

/** A constant that no record could have would reject every row. */
function checkPicklist({ field, text }: Constant): void {
  if (text === null || !field.restrictedPicklist) return;
  const values = field.type === 'multipicklist' ? text.split(';') : [text];
  const known = field.picklistValues.filter(({ active }) => active).map(({ value }) => value);
  if (values.every((value) => known.includes(value))) return;
  throw new Failure(
    'CONFIG',
    'destination.picklist_value_missing',
    'A constant of the sync is none of the values of its picklist.',
    { detail: `${field.name}: ${known.join(', ')}` },
  );
}

function checkClear({ removal, set }: TargetRequest, { fields }: Planned): void {
  if (removal === 'set' && set.length === 0)
    throw new Failure('CONFIG', 'destination.set_missing', 'onRemoved.set names no field.');
  if (removal !== 'clear') return;
  if (fields.length === 0)
    throw new Failure(
      'CONFIG',
      'destination.clear_missing',
      'onRemoved: clear needs fields that can be cleared.',
    );
  const kept = fields.find(({ field }) => !field.nillable);
  if (kept)
    throw new Failure(
      'CONFIG',
      'destination.clear_impossible',
      'onRemoved: clear would empty a field that Salesforce does not leave empty. Choose another onRemoved.',
      { detail: kept.name },
    );
}

const isId = ({ name }: DescribedField): boolean => name === 'Id';

const isKey = ({ field }: FieldRule, { key }: Planned): boolean =>
  key.some((rule) => rule.field.name === field.name);

function notExternalId(name: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.not_external_id',
    'Records are found only by a field that is marked as External ID in Salesforce.',
    { detail: name },
  );
}

function fieldReadOnly(name: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.field_read_only',
    'The integration user may not write a field, or Salesforce fills it itself.',
    { detail: name, vendorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE' },
  );
}

function forbidden(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.forbidden',
    'The integration user may not do this with the object.',
    { detail, vendorCode: 'INSUFFICIENT_ACCESS_OR_READONLY' },
  );
}
