import { FieldType, type Field } from '../gen/drawbridge/v1/catalog_pb.js';
import { entryOf, type Settings, type SettingValue } from './entry.js';
import { didYouMean } from './near-name.js';
import { templateProblem } from './template.js';

/** A problem whose place is not looked up yet. */
export interface Finding {
  path: readonly string[];
  code: string;
  message: string;
}

/**
 * Settings that the fields don't know, that they miss, that don't apply, and that are not what they ask for. `beside`:
 * what else a `when` may name.
 */
export function settingProblems(
  path: readonly string[],
  settings: Settings,
  { fields, beside = new Map() }: { fields: readonly Field[]; beside?: Applying },
): Finding[] {
  const known = fields.map(({ name }) => name);
  const unknown = Object.keys(settings).filter((name) => !known.includes(name));
  const applying = applyingOf(settings, fields, beside);
  return [
    ...unknown.map((name) => unknownSetting([...path, name], name, known)),
    ...fields.flatMap((field) => {
      const value = entryOf(settings, field.name);
      if (applying.has(field.name)) return fieldProblems(path, field, value);
      return value === undefined ? [] : [strayProblem([...path, field.name], field)];
    }),
  ];
}

/** The fields that apply, each with its value or default as text; undefined where it has none. */
export type Applying = ReadonlyMap<string, string | undefined>;

/** A field waits only for those before it, so that no circle of them is waited for. */
export function applyingOf(
  settings: Settings,
  fields: readonly Field[],
  beside: Applying = new Map(),
): Applying {
  const applying = new Map(beside);
  for (const { name, when, default: standard } of fields) {
    applying.delete(name);
    const other = when && applying.get(when.field);
    if (when && (other === undefined || !when.is.includes(other))) continue;
    const value = entryOf(settings, name) ?? standard?.value.value;
    applying.set(name, value === undefined ? undefined : String(value));
  }
  return applying;
}

function strayProblem(path: readonly string[], { name, when }: Field): Finding {
  const message = `"${name}" is only for ${when?.field}: ${when?.is.join(' or ')}. Take it out, or change that.`;
  return { path, code: 'spec.stray_setting', message };
}

function unknownSetting(path: readonly string[], name: string, known: string[]): Finding {
  const list = known.length > 0 ? `Known are ${known.join(', ')}.` : 'There is none to give.';
  const message = `"${name}" is not known here. ${list}${didYouMean(name, known)}`;
  return { path, code: 'spec.unknown_key', message };
}

function fieldProblems(
  path: readonly string[],
  field: Field,
  value: SettingValue | undefined,
): Finding[] {
  const place = [...path, field.name];
  if (value === undefined) {
    const message = `"${field.name}" is missing here: ${field.label}. Add it.`;
    return field.required && !field.default ? [{ path, code: 'spec.missing', message }] : [];
  }
  if (field.type === FieldType.GROUP && isGroup(value))
    return settingProblems(place, value, { fields: field.fields });
  const message = valueProblem(field, value);
  return message ? [{ path: place, code: 'spec.bad_setting', message }] : [];
}

const isGroup = (value: SettingValue): value is Settings =>
  typeof value === 'object' && !Array.isArray(value);

function valueProblem(field: Field, value: SettingValue): string | undefined {
  switch (field.type) {
    case FieldType.TEXT:
      return typeof value === 'string' ? undefined : 'This must be text: put it in quotes.';
    case FieldType.NUMBER:
      return numberProblem(field, value);
    case FieldType.BOOLEAN:
      return typeof value === 'boolean' ? undefined : 'This must be true or false.';
    case FieldType.CHOICE:
      return choiceProblem(field, value);
    case FieldType.TEXT_LIST:
      return Array.isArray(value) ? undefined : 'This must be a list of texts, such as [a, b].';
    case FieldType.TEXT_MAP:
      return isGroup(value) && Object.values(value).every((item) => typeof item === 'string')
        ? undefined
        : 'This must be a map of names and texts.';
    case FieldType.TEMPLATE:
      return typeof value === 'string' ? templateProblem(value) : 'This must be a Liquid template.';
    case FieldType.GROUP:
      return 'This must be a map of names and values.';
    case FieldType.UNSPECIFIED:
      return undefined;
  }
}

function numberProblem({ minimum, maximum }: Field, value: SettingValue): string | undefined {
  if (typeof value !== 'number') return 'This must be a number.';
  if (minimum !== undefined && value < minimum) return `This must be at least ${minimum}.`;
  if (maximum !== undefined && value > maximum) return `This must be at most ${maximum}.`;
  return undefined;
}

function choiceProblem({ choices }: Field, value: SettingValue): string | undefined {
  if (typeof value === 'string' && choices.includes(value)) return undefined;
  const near = typeof value === 'string' ? didYouMean(value, choices) : '';
  return `This must be one of ${choices.join(', ')}.${near}`;
}
