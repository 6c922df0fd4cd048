import { objectOf } from './api.js';
import type { Api, Resource } from './api.js';
import type { Answer, ApiRequest } from './http.js';
import { isFilterable } from './schema.js';
import type { Field, SObject } from './schema.js';

export function describeResources(api: Api): Resource[] {
  return [
    {
      path: 'sobjects',
      methods: {
        GET: (request): Answer => ({
          status: 200,
          body: {
            encoding: 'UTF-8',
            maxBatchSize: 200,
            sobjects: [...api.org.schema.values()].map((object) => summaryOf(object, request)),
          },
        }),
      },
    },
    {
      path: 'sobjects/{object}/describe',
      methods: {
        GET: (request, [name = '']): Answer => {
          const object = objectOf(api, name);
          const fields = object.fields.map(fieldOf);
          return {
            status: 200,
            body: {
              ...summaryOf(object, request),
              fields,
              childRelationships: [],
              recordTypeInfos: [],
            },
          };
        },
      },
    },
  ];
}

function summaryOf(object: SObject, { version }: ApiRequest): object {
  const url = `/services/data/v${version}/sobjects/${object.name}`;
  return {
    name: object.name,
    label: object.label,
    labelPlural: `${object.label}s`,
    keyPrefix: object.keyPrefix,
    custom: object.isCustom,
    customSetting: false,
    createable: true,
    updateable: true,
    deletable: true,
    queryable: true,
    retrieveable: true,
    searchable: true,
    mergeable: false,
    triggerable: true,
    undeletable: true,
    replicateable: true,
    layoutable: true,
    deprecatedAndHidden: false,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

const soapTypes: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
};

const numeric = ['double', 'currency', 'percent'];

function fieldOf(field: Field): object {
  const soapType = soapTypes[field.type] ?? 'xsd:string';
  const isText = soapType === 'xsd:string' || soapType === 'tns:ID';
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    soapType,
    length: isText ? field.length : 0,
    byteLength: isText ? field.length * 3 : 0,
    digits: field.type === 'int' ? 9 : 0,
    precision: numeric.includes(field.type) ? (field.precision ?? 18) : 0,
    scale: numeric.includes(field.type) ? (field.scale ?? 0) : 0,
    nillable: !field.required && field.type !== 'boolean' && field.createable,
    defaultedOnCreate:
      field.defaultValue !== undefined || field.type === 'boolean' || !field.createable,
    defaultValue: field.defaultValue ?? (field.type === 'boolean' ? false : null),
    createable: field.createable,
    updateable: field.updateable,
    unique: Boolean(field.unique),
    externalId: Boolean(field.externalId),
    idLookup: field.type === 'id' || Boolean(field.externalId),
    caseSensitive: Boolean(field.caseSensitive),
    custom: field.name.endsWith('__c'),
    calculated: false,
    autoNumber: false,
    filterable: isFilterable(field),
    sortable: field.type !== 'textarea',
    groupable: !['textarea', 'datetime', 'double', 'multipicklist'].includes(field.type),
    nameField: field.name === 'Name',
    restrictedPicklist: Boolean(field.restricted),
    dependentPicklist: false,
    picklistValues: (field.picklist ?? []).map((value) => ({
      active: true,
      defaultValue: false,
      label: value,
      validFor: null,
      value,
    })),
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName ?? null,
    polymorphicForeignKey: field.referenceTo.length > 1,
    deprecatedAndHidden: false,
    encrypted: false,
    htmlFormatted: false,
    inlineHelpText: null,
  };
}
