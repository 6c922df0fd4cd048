import { isMap, isScalar, isSeq } from 'yaml';
import type {
  DestinationEntry,
  LimitsEntry,
  Settings,
  SettingValue,
  SourceEntry,
} from './entry.js';
import {
  listByName,
  listOf,
  mapped,
  number,
  optional,
  required,
  shape,
  text,
  wrongType,
  type Reader,
} from './reader.js';
import { looksSecret, secretReferenceProblem } from './secret.js';
import type { At } from './yaml-file.js';

/** Settings inside settings, at most so deep: an alias to itself would never end. */
const maxDepth = 8;

const settingValue: Reader<SettingValue> = (at) => {
  const node = at.file.resolve(at.node);
  if (isSeq(node)) return listOf(text)(at);
  if (isMap(node)) return at.path.length > maxDepth ? wrongType(at, 'less deep') : settings(at);
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'string') return refusedWhenSecret(at, value);
  if (typeof value === 'boolean') return { value };
  if (typeof value === 'number') return exactNumber(at, value);
  return wrongType(at, 'text, a number, true or false, a list of texts, or a map');
};

/** What a connector or an object can be told; which names there are, its catalog says. */
export const settings: Reader<Settings> = mapped(listByName(settingValue), (entries) => ({
  value: Object.fromEntries(entries),
}));

function exactNumber(at: At, value: number) {
  const isExact =
    Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return isExact
    ? { value: value === 0 ? 0 : value }
    : wrongType(at, 'a smaller number, or text in quotes');
}

function refusedWhenSecret(at: At, value: string) {
  if (!looksSecret(at.path.at(-1) ?? '', value)) return { value };
  const message =
    'This looks like a secret. Take it out of the file, and under "secrets" say where the agent finds it: env:NAME or file:/path.';
  return at.file.report(at, 'spec.secret_in_settings', message);
}

const secretReference: Reader<string> = mapped(text, (value, at) => {
  const problem = secretReferenceProblem(value);
  return problem ? at.file.report(at, problem.code, problem.message) : { value };
});

const connectionShape = {
  type: required(
    mapped(text, (value, at) =>
      /^[a-z][a-z0-9-]{0,49}$/.test(value)
        ? { value }
        : at.file.report(
            at,
            'spec.bad_value',
            'This must be the name of a connector, such as postgres.',
          ),
    ),
  ),
  pool: optional(text, 'default'),
  settings: optional(settings, {} as Settings),
  secrets: optional(
    mapped(listByName(secretReference), (entries) => ({ value: Object.fromEntries(entries) })),
    {} as Record<string, string>,
  ),
};

const limits: Reader<LimitsEntry> = shape({
  requestsPerSecond: optional(number({ minimum: 0, maximum: 1_000_000 }), 0),
  concurrency: optional(number({ minimum: 0, maximum: 256, whole: true }), 0),
});

export const sourceEntry: Reader<SourceEntry> = shape(connectionShape);

export const destinationEntry: Reader<DestinationEntry> = shape({
  ...connectionShape,
  limits: optional(limits, { requestsPerSecond: 0, concurrency: 0 }),
});
