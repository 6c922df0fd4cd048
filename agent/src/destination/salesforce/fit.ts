import type { ValueType } from '../../connector/value.js';
import { Failure } from '../../failure.js';
import type { DescribedField } from './describe.js';

/** A plain text as the field wants it. Throws REJECTED `destination.bad_value` where it can't be that. */
export type Fit = (text: string) => string;

type Target = Pick<DescribedField, 'name' | 'type' | 'length'>;

/**
 * What makes values of a type fit a field of a type, beyond plain text; undefined where nothing has to. A value that is
 * simply wrong goes to Salesforce as it is, whose refusal says more.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm (read 2026-11)
 */
export function fitFor(
  field: Target,
  { from, truncate }: { from: ValueType; truncate: boolean },
): Fit | undefined {
  switch (field.type) {
    case 'multipicklist':
      return from === 'json' ? joined(field) : undefined;
    case 'boolean':
      return from === 'boolean' ? undefined : checkbox;
    case 'date':
      return from === 'date' ? undefined : day;
    case 'datetime':
      return moment;
    case 'time':
      return timeOfDay;
    case 'string':
    case 'textarea':
      return truncate && field.length > 0 ? shortened(field.length) : undefined;
    default:
      return undefined;
  }
}

/** `["a","b"]` → `a;b`. */
function joined({ name }: Target): Fit {
  return (text) => {
    const values = listIn(text);
    if (!values) return text;
    if (values.some((value) => String(value).includes(';')))
      throw badValue(`${name}: a value of a multi-select picklist may not hold a semicolon`);
    return values.map(String).join(';');
  };
}

function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
    return typeof value === 'string' ? [value] : undefined;
  } catch {
    return undefined;
  }
}

const truths = new Map([
  ['1', 'true'],
  ['t', 'true'],
  ['yes', 'true'],
  ['y', 'true'],
  ['0', 'false'],
  ['f', 'false'],
  ['no', 'false'],
  ['n', 'false'],
]);

const checkbox: Fit = (text) => {
  const word = text.trim().toLowerCase();
  return truths.get(word) ?? word;
};

const dayAndTime =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[-+]\d\d(?::?\d\d)?)?)?$/;

const day: Fit = (text) => dayAndTime.exec(text)?.[1] ?? text;

/** Where there is no zone it is UTC; milliseconds are the most that Salesforce keeps. */
const moment: Fit = (text) => {
  const [, date, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] =
    dayAndTime.exec(text) ?? [];
  if (date === undefined) return text;
  const offset = /^[-+]\d\d$/.test(zone) ? `${zone}:00` : zone;
  return `${date}T${minutes}${seconds}${fraction.slice(0, 4)}${offset}`;
};

const timeOfDay: Fit = (text) => {
  const [, minutes, seconds = ':00', fraction = '.000'] =
    /^(\d\d:\d\d)(:\d\d)?(\.\d+)?Z?$/.exec(text) ?? [];
  return minutes === undefined
    ? text
    : `${minutes}${seconds}${fraction.slice(0, 4).padEnd(4, '0')}Z`;
};

/** A pair of surrogates is kept whole. */
function shortened(most: number): Fit {
  return (text) => {
    if (text.length <= most) return text;
    const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(most - 1));
    return text.slice(0, isSplit ? most - 1 : most);
  };
}

function badValue(detail: string): Failure {
  return new Failure(
    'REJECTED',
    'destination.bad_value',
    'A value can not be what its field in Salesforce is.',
    { detail },
  );
}
