import type { JsonRecord, TargetField } from '../../connector/destination.js';
import { compileTemplate } from '../../connector/template.js';
import type { Template } from '../../connector/template.js';
import { Failure } from '../../failure.js';
import { octetsOf, textOf, writerOf } from './octets.js';
import type { Octets } from './octets.js';

// A row must never write or remove another row's record. So a name is made of the sync's key alone, and in such a way
// that the key can be read from it: no two keys have one name.

/** Makes a name of a row's key. */
export interface NameTemplate {
  /** The key's fields that it names. */
  readonly reads: readonly string[];
  /** REJECTED `destination.bad_name` when the name is empty or could be another row's. */
  render(key: readonly (Octets | null)[]): Octets;
}

/** Text, then what is inserted, text again, … */
interface Part {
  text: Octets;
  insert: (key: readonly (Octets | null)[]) => Octets;
  /** Stands between this insertion and the next one; the value may not hold it. */
  end?: Octets;
}

const insertion = /\{\{\s*([A-Za-z_][\w-]*)\s*(\|[^{}]*)?\}\}/g;
/** Filters that turn no two texts into one. */
const lossless = /^(\s*\|\s*(url_encode|cgi_escape|base64_encode)\s*)*$/;

/** A brace of the name itself, as Liquid has it. */
const quoted = /\{\{\s*(['"])([{}]+)\1\s*\}\}/g;

/** CONFIG `destination.bad_name_template` for one that can give two keys one name. */
export function compileName(liquid: string, key: readonly TargetField[]): NameTemplate {
  if (liquid === '') throw unclear('The name is empty.');
  const text = liquid.replaceAll(quoted, '$2');
  const parts: Part[] = [];
  const reads: string[] = [];
  let from = 0;
  for (const match of text.matchAll(insertion)) {
    const [whole, name = '', filters = ''] = match;
    const before = text.slice(from, match.index);
    if (parts.length > 0 && before === '') throw unclear('Write something between two columns.');
    parts.push({ text: literal(before), insert: inserter(name, filters, key) });
    reads.push(name);
    from = match.index + whole.length;
  }
  const rest = literal(text.slice(from));
  parts.forEach((part, n) => {
    const next = parts[n + 1];
    if (next) part.end = next.text;
  });
  return { reads, render: (values) => rendered(parts, values) + rest };
}

function inserter(name: string, filters: string, key: readonly TargetField[]): Part['insert'] {
  const at = key.findIndex((field) => field.name === name);
  const field = key[at];
  if (!field)
    throw unclear(`"${name}" is no field of the sync's key. A name is made of the key alone.`);
  if (!lossless.test(filters))
    throw unclear(
      'Only url_encode, cgi_escape and base64_encode keep two keys apart. Change the value in the model.',
    );
  if (filters && field.type === 'bytes')
    throw unclear('Filters work on text, and the column holds bytes. Encode it in the model.');
  const written = writerOf(field.type);
  const template = filters.trim() === '' ? undefined : compileTemplate(`{{ value ${filters}}}`);
  return (values) => {
    const value = values[at];
    if (value === null || value === undefined || value === '')
      throw badName('A value that the name inserts is NULL or empty.');
    return template ? filtered(template, written(value)) : written(value);
  };
}

function filtered(template: Template, value: Octets): Octets {
  const record: JsonRecord = { value: textOf(value) };
  return octetsOf(template.render(record));
}

function rendered(parts: readonly Part[], key: readonly (Octets | null)[]): Octets {
  let name = '';
  for (const { text, insert, end } of parts) {
    const value = insert(key);
    // The first end must be the one that the template wrote, or the rest could belong to either value.
    if (end !== undefined && `${value}${end}`.indexOf(end) < value.length)
      throw badName('A value holds what separates it from the next one in the name.');
    name += text + value;
  }
  return name;
}

function literal(text: string): Octets {
  if (/\{\{|\{%|%\}/.test(text))
    throw unclear('A name can hold text and {{ columns of the key }}, nothing else.');
  return octetsOf(text);
}

function unclear(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.bad_name_template',
    'The template of a name could give two rows one name. See the README of the connector.',
    { detail },
  );
}

function badName(detail: string): Failure {
  return new Failure(
    'REJECTED',
    'destination.bad_name',
    'The row has no name of its own in Redis.',
    { detail },
  );
}
