import {
  ChoicesFrom,
  FieldType,
  FirstRun,
  Lookups,
  Mode,
  RemovalAction,
  create,
  CatalogSchema,
} from '@drawbridge/proto';
import type { Catalog } from '@drawbridge/proto';
import { engineAdvice } from '../advice/advice-list.js';
import type { DestinationDefinition, ObjectDefinition } from './destination.js';
import type { Field, Fields } from './field.js';
import type { Registry } from './registry.js';
import type { SourceDefinition } from './source.js';

const fieldTypes: Record<Field['type'], FieldType> = {
  text: FieldType.TEXT,
  number: FieldType.NUMBER,
  boolean: FieldType.BOOLEAN,
  choice: FieldType.CHOICE,
  textList: FieldType.TEXT_LIST,
  textMap: FieldType.TEXT_MAP,
  template: FieldType.TEMPLATE,
  group: FieldType.GROUP,
};

const choicesFrom = { connection: ChoicesFrom.CONNECTION, object: ChoicesFrom.OBJECT } as const;

const modes = {
  upsert: Mode.UPSERT,
  update: Mode.UPDATE,
  create: Mode.CREATE,
  mirror: Mode.MIRROR,
  append: Mode.APPEND,
  replace: Mode.REPLACE,
} as const;

const removals = {
  nothing: RemovalAction.NOTHING,
  delete: RemovalAction.DELETE,
  archive: RemovalAction.ARCHIVE,
  clear: RemovalAction.CLEAR,
  set: RemovalAction.SET,
} as const;

const lookups = { find: Lookups.FIND, create: Lookups.CREATE } as const;

/** What this agent can connect to, as the control plane hears it. */
export function catalogOf(registry: Registry): Catalog {
  const definitions = [...registry.sources.values(), ...registry.destinations.values()];
  return create(CatalogSchema, {
    sources: [...registry.sources.values()].map((source) => connectorOf(source, [])),
    destinations: [...registry.destinations.values()].map((destination) => ({
      ...connectorOf(destination, destination.objects),
      ...(destination.lookups && { lookups: lookups[destination.lookups] }),
    })),
    advice: [...definitions.flatMap(({ advice = [] }) => advice), ...engineAdvice].map((entry) => ({
      ...entry,
      vendorCode: entry.vendorCode ?? '',
    })),
  });
}

function connectorOf(
  { name, label, settings, secrets }: SourceDefinition | DestinationDefinition,
  objects: readonly ObjectDefinition[],
) {
  return {
    name,
    label,
    settings: fieldsOf(settings),
    secrets: fieldsOf(secrets),
    objects: objects.map((object) => ({
      name: object.name,
      label: object.label,
      modes: object.modes.map((mode) => modes[mode]),
      removals: object.removals.map((removal) => removals[removal]),
      firstRun: object.firstRun === 'send' ? FirstRun.SEND : FirstRun.BASELINE,
      needsKey: object.needsKey,
      options: fieldsOf(object.options),
    })),
  };
}

type FieldInit = NonNullable<
  NonNullable<Parameters<typeof create<typeof CatalogSchema>>[1]>['sources']
>[number]['settings'];

function fieldsOf(fields: Fields): NonNullable<FieldInit> {
  return Object.entries(fields).map(([name, field]) => ({
    name,
    label: field.label,
    help: field.help ?? '',
    type: fieldTypes[field.type],
    required: field.required ?? false,
    choices: field.type === 'choice' ? [...field.choices] : [],
    ...defaultOf(field),
    ...(field.type === 'number' && field.minimum !== undefined ? { minimum: field.minimum } : {}),
    ...(field.type === 'number' && field.maximum !== undefined ? { maximum: field.maximum } : {}),
    fields: field.type === 'group' ? fieldsOf(field.fields) : [],
    ...(field.when && { when: { field: field.when.field, is: field.when.is.map(String) } }),
    example: 'example' in field ? field.example : '',
    ...('choicesFrom' in field && { choicesFrom: choicesFrom[field.choicesFrom] }),
  }));
}

function defaultOf(field: Field) {
  const value = 'default' in field ? field.default : undefined;
  if (value === undefined) return {};
  if (typeof value === 'number') return { default: { value: { case: 'number' as const, value } } };
  if (typeof value === 'boolean') return { default: { value: { case: 'flag' as const, value } } };
  if (typeof value === 'string') return { default: { value: { case: 'text' as const, value } } };
  return { default: { value: { case: 'list' as const, value: { texts: [...value] } } } };
}
