import { Failure } from '../failure.js';
import type { Field, Fields, SettingsOf } from './field.js';

/** Plain values as they come from the configuration: texts, numbers, flags, lists of texts, groups. */
export type RawSettings = Readonly<Record<string, unknown>>;

/**
 * Settings as their fields promise them, with defaults filled in. All problems are told at once, in the detail of one
 * CONFIG `settings.invalid`.
 */
export function readSettings<F extends Fields>(fields: F, raw: RawSettings): SettingsOf<F> {
  const problems: string[] = [];
  const settings = readGroup(fields, raw, { path: '', problems });
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
}

function readGroup(fields: Fields, raw: RawSettings, place: Place): Record<string, unknown> {
  for (const name of Object.keys(raw))
    if (!(name in fields)) place.problems.push(`${place.path}${name} is not a setting here`);
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      readField(field, raw[name], { ...place, path: `${place.path}${name}` }),
    ]),
  );
}

function readField(field: Field, value: unknown, place: Place): unknown {
  if (field.type === 'group')
    return value === undefined && !field.required
      ? undefined
      : readGroup(field.fields, isRecord(value) ? value : {}, { ...place, path: `${place.path}.` });
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
