import { missing } from '../../connector/listing.js';
import type { Listed } from '../../connector/listing.js';
import { Failure } from '../../failure.js';
import { isRequired } from './checks.js';
import { describe } from './describe.js';
import type { DescribedField } from './describe.js';
import { unreadable } from './org.js';
import type { Org } from './org.js';

/** One more than a list shows, which says that there are more. */
const mostListed = 10_001;

/** Objects that can be written; of one, the fields that can be, with what finds a record and what a new one needs. */
export async function listObjects(
  org: Org,
  path: readonly string[],
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const [object, ...deeper] = path;
  if (deeper.length > 0) throw missing(path);
  const all =
    object === undefined ? await objectsOf(org, signal) : await fieldsOf(org, object, signal);
  return all.slice(0, mostListed);
}

interface ObjectInList {
  name: string;
  label: string;
  createable: boolean;
  updateable: boolean;
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_describeGlobal.htm (read 2026-11) */
async function objectsOf(org: Org, signal: AbortSignal): Promise<Listed[]> {
  const answer = await org.json({ method: 'GET', path: '/sobjects/', maxBytes: 32 << 20 }, signal);
  const { sobjects } = (answer ?? {}) as { sobjects?: unknown };
  if (!Array.isArray(sobjects)) throw unreadable(JSON.stringify(answer).slice(0, 1000));
  return (sobjects as ObjectInList[])
    .filter(({ createable, updateable }) => createable || updateable)
    .map(({ name, label }): Listed => ({ name, label, kind: 'object' }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function fieldsOf(org: Org, object: string, signal: AbortSignal): Promise<Listed[]> {
  const { fields } = await describe(org, object, signal).catch((error: unknown) => {
    const isMissing = error instanceof Failure && error.code === 'destination.object_missing';
    throw isMissing ? missing([object]) : error;
  });
  return fields.filter(isUsable).map((field) => ({
    name: field.name,
    label: field.label,
    kind: 'field',
    type: field.type,
    isRequired: isRequired(field),
    isKey: isFinding(field),
  }));
}

const isFinding = (field: DescribedField): boolean =>
  field.name === 'Id' || field.externalId || field.idLookup;

const isUsable = (field: DescribedField): boolean =>
  field.createable || field.updateable || field.name === 'Id';
