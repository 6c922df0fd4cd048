import { Failure } from '../../failure.js';
import { unreadable } from './org.js';
import type { Org } from './org.js';

/** What is used of a field's description. */
export interface DescribedField {
  name: string;
  label: string;
  /** As Salesforce names types: string, picklist, multipicklist, boolean, int, double, date, datetime, reference, … */
  type: string;
  /** Characters of a text. */
  length: number;
  /** Digits behind the point. */
  scale: number;
  createable: boolean;
  updateable: boolean;
  nillable: boolean;
  defaultedOnCreate: boolean;
  filterable: boolean;
  externalId: boolean;
  idLookup: boolean;
  unique: boolean;
  caseSensitive: boolean;
  /** Takes no value but those that are active. */
  restrictedPicklist: boolean;
  picklistValues: readonly { active: boolean; value: string }[];
  relationshipName: string | null;
  referenceTo: readonly string[];
}

export interface DescribedObject {
  name: string;
  createable: boolean;
  updateable: boolean;
  deletable: boolean;
  queryable: boolean;
  fields: readonly DescribedField[];
  /** When it was described, by the clock of Salesforce, in milliseconds; NaN if it did not tell. */
  readAt: number;
}

/** An object of hundreds of fields with long picklists. */
const maxBytes = 32 << 20;

/**
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm (read 2026-11).
 * An object that is not there, or not for this user, is CONFIG `destination.object_missing`.
 */
export async function describe(
  org: Org,
  object: string,
  signal: AbortSignal,
): Promise<DescribedObject> {
  if (!isName(object)) throw objectMissing(object);
  const path = `/sobjects/${object}/describe/`;
  const answer = await org
    .send({ method: 'GET', path, maxBytes }, signal)
    .catch((error: unknown) => {
      const isMissing = error instanceof Failure && ['NOT_FOUND', '404'].includes(error.vendorCode);
      throw isMissing ? objectMissing(object) : error;
    });
  const described = parsed(answer.body) as DescribedObject;
  if (!Array.isArray(described.fields)) throw unreadable(answer.body.slice(0, 1000));
  return { ...described, readAt: Date.parse(String(answer.headers['date'] ?? '')) };
}

/** Describes objects, each once. */
export function describer(
  org: Org,
  signal: AbortSignal,
): (object: string) => Promise<DescribedObject> {
  const known = new Map<string, Promise<DescribedObject>>();
  return (object) => {
    const described = known.get(object) ?? describe(org, object, signal);
    known.set(object, described);
    return described;
  };
}

/** What can be named in a path, a query or a column: an API name, with the prefix of its package if it has one. */
export function isName(text: string): boolean {
  return /^[A-Za-z]\w{0,79}$/.test(text);
}

/** By its API name in exactly that writing. CONFIG `destination.field_missing` names the one that is nearly right, if any. */
export function fieldNamed(object: DescribedObject, name: string): DescribedField {
  const field = object.fields.find((each) => each.name === name);
  if (field) return field;
  const near = object.fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const hint = near ? `; there is ${near.name}` : '';
  throw fieldMissing(`${object.name}.${name}${hint}`);
}

export function fieldMissing(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.field_missing',
    'The object has no such field, or the integration user may not see it.',
    { detail, vendorCode: 'INVALID_FIELD' },
  );
}

function objectMissing(object: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.object_missing',
    'The org has no such object, or the integration user may not see it.',
    { detail: object, vendorCode: 'NOT_FOUND' },
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    throw unreadable(body.slice(0, 1000));
  }
}
