import { isScalar } from 'yaml';
import { lookupMisses, type KeyEntry, type LookupEntry } from './entry.js';
import {
  listByName,
  mapped,
  nonEmptyText,
  oneOf,
  optional,
  required,
  shape,
  type Reader,
} from './reader.js';

const fieldName: Reader<string> = mapped(nonEmptyText, (value, at) =>
  value.length <= 200
    ? { value }
    : at.file.report(at, 'spec.bad_value', 'A field has a name of at most 200 characters.'),
);

const objectName: Reader<string> = mapped(nonEmptyText, (value, at) =>
  value.length <= 1000
    ? { value }
    : at.file.report(at, 'spec.bad_value', 'An object has a name of at most 1000 characters.'),
);

/** Without a field to match every record would do. */
const match: Reader<KeyEntry[]> = mapped(listByName(fieldName, fieldName), (entries, at) => {
  if (entries.length === 0)
    return at.file.report(
      at,
      'spec.empty_key',
      'Name the fields that find the record and the columns they equal, such as { domain: company_domain }.',
    );
  if (entries.length > 32)
    return at.file.report(at, 'spec.bad_value', 'A lookup matches at most 32 fields.');
  return { value: entries.map(([field, column]) => ({ field, column })) };
});

/** `null` is a word here, with quotes or without. */
const onMiss: Reader<LookupEntry['onMiss']> = (at) => {
  const node = at.file.resolve(at.node);
  if (isScalar(node) && node.value === null && node.source === 'null') return { value: 'null' };
  return oneOf(lookupMisses)(at);
};

/** `{ object: public.accounts, match: { domain: company_domain }, return: id, onMiss: reject }`. */
export const lookup: Reader<LookupEntry> = mapped(
  shape({
    object: required(objectName),
    match: required(match),
    return: required(fieldName),
    onMiss: optional(onMiss, 'reject'),
    onMany: optional(oneOf(['reject']), 'reject'),
  }),
  ({ return: returns, ...rest }) => ({ value: { ...rest, returns } }),
);
