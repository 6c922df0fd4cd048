import type { Stored } from './stored.js';

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'picklist'
  | 'multipicklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'reference';

export interface FieldSetting {
  name: string;
  type: FieldType;
  label?: string;
  /** Of texts. 255 unless given. */
  length?: number;
  /** Of numbers: digits in all, and those after the point. 18 and 0 unless given. */
  precision?: number;
  scale?: number;
  required?: boolean;
  unique?: boolean;
  externalId?: boolean;
  /** Of unique and external id fields: `a` is not `A`. */
  caseSensitive?: boolean;
  picklist?: readonly string[];
  /** The picklist takes no other values. */
  restricted?: boolean;
  /** Of a reference: the record that it leads to can not be deleted. */
  keepsTarget?: boolean;
  /** Several: the reference may lead to any of them. */
  referenceTo?: string | readonly string[];
  relationshipName?: string;
  createable?: boolean;
  updateable?: boolean;
  defaultValue?: Stored;
}

export interface Automation {
  name: string;
  /** Why it fails with a record; undefined: it does not. */
  fault(record: Readonly<Record<string, Stored>>): string | undefined;
}

export interface ObjectSetting {
  name: string;
  label?: string;
  /** The first three characters of its ids. */
  keyPrefix?: string;
  fields: readonly FieldSetting[];
  /** Like the customer's own rules: a record of which one is true is refused with FIELD_CUSTOM_VALIDATION_EXCEPTION. */
  validationRules?: readonly {
    message: string;
    field?: string;
    isBroken(record: Readonly<Record<string, Stored>>): boolean;
  }[];
  /** Apex of the customer's: what it answers is the exception that it throws, and refuses the record with CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY. */
  trigger?: Automation;
  /** A record-triggered flow of the customer's, with CANNOT_EXECUTE_FLOW_TRIGGER. */
  flow?: Automation;
  /** By sharing: what the user sees and may neither change, nor delete, nor let other records belong to. */
  isReadOnly?(record: Readonly<Record<string, Stored>>): boolean;
  /** Records that agree in all these fields are duplicates; `allowSave`: a header lets them in. */
  duplicateRule?: { fields: readonly string[]; allowSave: boolean };
}

export interface Field extends Omit<FieldSetting, 'referenceTo'> {
  label: string;
  length: number;
  /** Where its value stands in a stored record. */
  at: number;
  createable: boolean;
  updateable: boolean;
  referenceTo: readonly string[];
  /** Records are found by it without a search. */
  isIndexed: boolean;
}

export interface SObject extends Omit<ObjectSetting, 'fields'> {
  label: string;
  keyPrefix: string;
  isCustom: boolean;
  fields: readonly Field[];
  /** By the name in small letters: Salesforce doesn't tell `name` from `Name`. */
  byName: ReadonlyMap<string, Field>;
  byRelationship: ReadonlyMap<string, Field>;
  required: readonly Field[];
  indexed: readonly Field[];
}

const standardPrefixes: Record<string, string> = {
  Account: '001',
  Contact: '003',
  User: '005',
  Opportunity: '006',
  Lead: '00Q',
  Case: '500',
};

const readOnly = { createable: false, updateable: false };
const systemFields: readonly FieldSetting[] = [
  { name: 'Id', type: 'id', label: 'Record ID', length: 18, ...readOnly },
  { name: 'CreatedDate', type: 'datetime', label: 'Created Date', ...readOnly },
  { name: 'SystemModstamp', type: 'datetime', label: 'System Modstamp', ...readOnly },
];

/** Long texts are not. */
export const isFilterable = ({ type, length }: Field): boolean =>
  type !== 'textarea' || length <= 255;

/** `n`: how many objects there are before it. */
export function makeObject(setting: ObjectSetting, n: number): SObject {
  const fields = [...systemFields, ...setting.fields].map(makeField);
  return {
    ...setting,
    label: setting.label ?? setting.name.replace(/__c$/, ''),
    keyPrefix:
      setting.keyPrefix ?? standardPrefixes[setting.name] ?? `a${n.toString(36).padStart(2, '0')}`,
    isCustom: setting.name.endsWith('__c'),
    fields,
    byName: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
    byRelationship: new Map(
      fields.flatMap((field) =>
        field.relationshipName ? [[field.relationshipName.toLowerCase(), field]] : [],
      ),
    ),
    required: fields.filter(({ required }) => required),
    indexed: fields.filter(({ isIndexed }) => isIndexed),
  };
}

function makeField(setting: FieldSetting, at: number): Field {
  return {
    createable: true,
    updateable: true,
    ...setting,
    label: setting.label ?? setting.name.replace(/__c$/, '').replaceAll('_', ' '),
    length: setting.length ?? (setting.type === 'reference' ? 18 : 255),
    referenceTo: [setting.referenceTo ?? []].flat(),
    at,
    isIndexed: Boolean(setting.externalId || setting.unique),
  };
}
