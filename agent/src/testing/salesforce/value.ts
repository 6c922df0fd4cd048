import { parseId } from './id.js';
import { ApiError, Refusal } from './refusal.js';
import type { Field } from './schema.js';
import type { Stored } from './stored.js';

/** A value of a JSON body. One of the wrong kind refuses the whole request, as Salesforce can't read on behind it. */
export function storedOfJson(field: Field, value: unknown): Stored {
  if (value === null && field.type !== 'boolean') return null;
  if (value === '' && field.type !== 'boolean') return null;
  const stored = jsonReaders[field.type](value);
  if (stored === undefined) throw unreadable(field, value);
  return checked(field, stored);
}

/** A value of a CSV file, neither empty nor `#N/A`. */
export function storedOfText(field: Field, text: string): Stored {
  const stored = textReaders[field.type](text);
  if (stored !== undefined) return checked(field, stored);
  throw new Refusal(
    'INVALID_TYPE_ON_FIELD_IN_RECORD',
    `${field.label}: value not of required type: ${text}`,
    [field.name],
  );
}

type Reader<Value> = (value: Value) => Stored | undefined;

const textOf: Reader<unknown> = (value) => (typeof value === 'string' ? value : undefined);
const numberOf: Reader<unknown> = (value) =>
  typeof value === 'string' ? numberOfText(value) : typeof value === 'number' ? value : undefined;
const whole: Reader<unknown> = (value) => {
  const number = numberOf(value);
  return Number.isInteger(number) ? number : undefined;
};
const ofText =
  (reader: Reader<string>): Reader<unknown> =>
  (value) =>
    typeof value === 'string' ? reader(value) : undefined;

const texts = {
  id: textOf,
  string: textOf,
  textarea: textOf,
  email: textOf,
  phone: textOf,
  url: textOf,
  picklist: textOf,
  multipicklist: textOf,
  reference: textOf,
};

const numbers = { int: whole, double: numberOf, currency: numberOf, percent: numberOf };

const jsonReaders: Record<Field['type'], Reader<unknown>> = {
  ...texts,
  ...numbers,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: ofText(dateOf),
  datetime: ofText(datetimeOf),
  time: ofText(timeOf),
};

const textReaders: Record<Field['type'], Reader<string>> = {
  ...jsonReaders,
  boolean: (text) =>
    /^(?:true|1)$/i.test(text) ? true : /^(?:false|0)$/i.test(text) ? false : undefined,
};

function numberOfText(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}

function dateOf(text: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!match || !isDay(match)) return undefined;
  return `${match[1]}-${match[2]}-${match[3]}`;
}

function datetimeOf(text: string): string | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?(Z|[+-]\d\d:?\d\d)$/.exec(text);
  if (!match || !isDay(match)) return undefined;
  const [, , , , hour, minute, second, fraction = '0', zone = 'Z'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const clock = `${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}`;
  return instantText(Date.parse(`${text.slice(0, 10)}T${clock}${offset}`));
}

function timeOf(text: string): string | undefined {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?Z?$/.exec(text);
  if (!match || Number(match[1]) > 23 || Number(match[2]) > 59 || Number(match[3]) > 59)
    return undefined;
  return `${match[1]}:${match[2]}:${match[3]}.${(match[4] ?? '').padEnd(3, '0')}Z`;
}

/** Years from 1700 to 4000 only. */
function isDay([, year, month, day]: readonly string[]): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return (
    Number(year) >= 1700 &&
    Number(year) <= 4000 &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  );
}

export function instantText(ms: number): string {
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString().replace('Z', '+0000') };
  return last.text;
}

/** Many records are written in one millisecond. */
let last = { ms: NaN, text: '' };

function checked(field: Field, value: Stored): Stored {
  if (typeof value === 'string') return value === '' ? null : checkedText(field, value);
  if (typeof value === 'number') checkRange(field, value);
  return value;
}

function checkedText(field: Field, value: string): string {
  const refuse = (code: string, message: string): never => {
    throw new Refusal(code, message, [field.name]);
  };
  if (field.type === 'date' || field.type === 'datetime' || field.type === 'time') return value;
  if (field.type === 'reference') {
    if (!parseId(value))
      refuse('MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`);
    return value;
  }
  if (field.type === 'multipicklist') return choicesOf(field, value);
  if (field.picklist && field.restricted && !field.picklist.includes(value))
    refuse(badChoice, `bad value for restricted picklist field: ${value}`);
  if (value.length > field.length)
    refuse(
      'STRING_TOO_LONG',
      `${field.label}: data value too large: ${value} (max length=${field.length})`,
    );
  if (field.type === 'email' && !/^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}$/.test(value))
    refuse('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`);
  return value;
}

const badChoice = 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST';

function choicesOf(field: Field, value: string): string {
  const choices = [...new Set(value.split(';').map((choice) => choice.trim()))].filter(Boolean);
  const bad = field.restricted && choices.find((choice) => !field.picklist?.includes(choice));
  if (bad)
    throw new Refusal(badChoice, `bad value for restricted picklist field: ${bad}`, [field.name]);
  return choices.join(';');
}

function checkRange(field: Field, value: number): void {
  const limit =
    field.type === 'int' ? 2 ** 31 : 10 ** ((field.precision ?? 18) - (field.scale ?? 0));
  if (Math.abs(value) < limit) return;
  throw new Refusal(
    'NUMBER_OUTSIDE_VALID_RANGE',
    `${field.label}: value outside of valid range on numeric field: ${value}`,
    [field.name],
  );
}

function unreadable(field: Field, value: unknown): ApiError {
  const kind = kindOf(value);
  const shown = kind.startsWith('START') ? '' : ` value ${String(value)}`;
  return new ApiError(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from ${kind}${shown} or request may be missing a required field at [line:1, column:2]`,
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'VALUE_NULL';
  if (Array.isArray(value)) return 'START_ARRAY';
  if (typeof value === 'object') return 'START_OBJECT';
  if (typeof value === 'boolean') return value ? 'VALUE_TRUE' : 'VALUE_FALSE';
  if (typeof value === 'number')
    return Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
  return 'VALUE_STRING';
}
