import { Failure } from '../failure.js';
import type { Field, Fields, SettingsOf, When } from './field.js';

/** Plain values as they come from the configuration: texts, numbers, flags, lists of texts, groups. */
export type RawSettings = Readonly<Record<string, unknown>>;

/**
 * Settings as their fields promise them, with defaults filled in. All problems are told at once, in the detail of one
 * CONFIG `settings.invalid`. `beside`: what else a `when` may name, read already.
 */
export function readSettings<F extends Fields>(
  fields: F,
  raw: RawSettings,
  beside: RawSettings = {},
): SettingsOf<F> {
  const problems: string[] = [];
  const settings = readGroup(fields, raw, { path: '', problems, beside });
  if (problems.length > 0)
    throw new Failure(
      'CONFIG',
      'settings.invalid',
      'The settings do not fit what this agent expects. Compare them with its catalog.',
      {
        detail: problems.join('\n'),
      },
    );
  return settings as SettingsOf<F>;
}

interface Place {
  path: string;
  problems: string[];
  beside: RawSettings;
}

function readGroup(fields: Fields, raw: RawSettings, place: Place): Record<string, unknown> {
  for (const name of Object.keys(raw))
    if (!(name in fields)) place.problems.push(`${place.path}${name} is not a setting here`);
  const read: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const inner = { ...place, path: `${place.path}${name}` };
    const missed = field.when && missedBy(field.when, { ...place.beside, ...read });
    if (missed === undefined) read[name] = readField(field, raw[name], inner);
    else if (raw[name] !== undefined && raw[name] !== null)
      place.problems.push(`${inner.path} is only for ${missed}`);
    read[name] ??= undefined;
  }
  return read;
}

/** What would have to be for the field to apply; undefined when it does. */
function missedBy({ field, is }: When, read: RawSettings): string | undefined {
  if (is.some((value) => value === read[field])) return undefined;
  return `${field}: ${is.join(' or ')}`;
}

function readField(field: Field, value: unknown, place: Place): unknown {
  if (field.type === 'group')
    return value === undefined && !field.required
      ? undefined
      : readGroup(field.fields, isRecord(value) ? value : {}, {
          ...place,
          path: `${place.path}.`,
          beside: {},
        });
  if (value === undefined || value === null) {
    if (field.required) place.problems.push(`${place.path} is missing`);
    return 'default' in field ? field.default : undefined;
  }
  const problem = problemWith(field, value);
  if (problem) place.problems.push(`${place.path} ${problem}`);
  return value;
}

function problemWith(field: Field, value: unknown): string | undefined {
  switch (field.type) {
    case 'number':
      if (typeof value !== 'number') return 'must be a number';
      if (field.minimum !== undefined && value < field.minimum)
        return `must be at least ${field.minimum}`;
      if (field.maximum !== undefined && value > field.maximum)
        return `must be at most ${field.maximum}`;
      return undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'choice':
      return field.choices.includes(String(value))
        ? undefined
        : `must be one of ${field.choices.join(', ')}`;
    case 'textList':
      return Array.isArray(value) && value.every((text) => typeof text === 'string')
        ? undefined
        : 'must be a list of texts';
    case 'textMap':
      return isRecord(value) && Object.values(value).every((text) => typeof text === 'string')
        ? undefined
        : 'must map names to texts';
    case 'text':
    case 'template':
      return typeof value === 'string' ? undefined : 'must be a text';
    case 'group':
      return undefined;
  }
}

function isRecord(value: unknown): value is RawSettings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
