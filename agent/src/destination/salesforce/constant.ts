import type { OperationKind, TargetRequest } from '../../connector/destination.js';
import type { SettingsOf } from '../../connector/field.js';
import { Failure } from '../../failure.js';
import { fieldNamed } from './describe.js';
import type { DescribedField, DescribedObject } from './describe.js';
import type { FieldRule } from './field-rule.js';
import { fitFor } from './fit.js';
import type { options } from './options.js';
import { plainTextOf } from './plain-text.js';

/** A field that gets the same text in every record; null clears it. */
export interface Constant {
  field: DescribedField;
  text: string | null;
}

/** What each kind writes beside the row's own values, or instead of them. */
export type Constants = Readonly<Partial<Record<OperationKind, readonly Constant[]>>>;

type Archive = SettingsOf<typeof options>['archive'];

export function constantsOf(
  { removal, set }: TargetRequest,
  has: { object: DescribedObject; fields: readonly FieldRule[]; archive: Archive },
): Constants {
  switch (removal) {
    case 'set':
      return { set: set.map((each) => constantOf(has.object, each)) };
    case 'clear':
      return { clear: has.fields.map(({ field }) => ({ field, text: null })) };
    case 'archive':
      return archiveConstants(has);
    default:
      return {};
  }
}

/** A row that is sent is not archived, or not any more. */
function archiveConstants({
  object,
  fields,
  archive,
}: {
  object: DescribedObject;
  fields: readonly FieldRule[];
  archive: Archive;
}): Constants {
  if (!archive)
    throw new Failure(
      'CONFIG',
      'destination.archive_missing',
      'Nothing says how a record is archived. Name the field that says so in options.archive.field.',
    );
  const field = fieldNamed(object, archive.field);
  const archived = [{ field, text: archivedText(field, archive.value, object.readAt) }];
  if (fields.some((each) => each.field.name === field.name)) return { archive: archived };
  const text = archive.active ?? (field.type === 'boolean' ? 'false' : null);
  const active = [{ field, text }];
  return { archive: archived, upsert: active, update: active, create: active };
}

function archivedText(field: DescribedField, value: string | undefined, now: number): string {
  const isOfTime = field.type === 'date' || field.type === 'datetime';
  if (isOfTime && (value ?? 'now') === 'now') {
    const moment = new Date(Number.isNaN(now) ? 0 : now).toISOString();
    return field.type === 'date' ? moment.slice(0, 10) : moment;
  }
  if (value !== undefined) return value;
  if (field.type === 'boolean') return 'true';
  throw new Failure(
    'CONFIG',
    'destination.archive_value_missing',
    'Say what an archived record has in its field: set options.archive.value.',
    { detail: field.name },
  );
}

function constantOf(
  object: DescribedObject,
  { name, type, text }: TargetRequest['set'][number],
): Constant {
  const field = fieldNamed(object, name);
  if (text === null) return { field, text };
  const plain = plainTextOf(text, type);
  return { field, text: fitFor(field, { from: type, truncate: false })?.(plain) ?? plain };
}
