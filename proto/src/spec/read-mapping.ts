import { isMap, isScalar } from 'yaml';
import {
  metadataNames,
  nullHandlings,
  type ConstantEntry,
  type FieldEntry,
  type FieldValueEntry,
  type NullHandlingName,
} from './entry.js';
import { lookup } from './read-lookup.js';
import {
  listByName,
  mapped,
  nonEmptyText,
  oneOf,
  optional,
  required,
  shape,
  text,
  wrongType,
  type Read,
  type Reader,
} from './reader.js';
import { templateProblem } from './template.js';
import type { At } from './yaml-file.js';

/** A scalar as it is written: `1.10` stays 1.10. */
export const constant: Reader<ConstantEntry> = (at) => {
  const node = at.file.resolve(at.node);
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'string') return { value: { text: value } };
  if (typeof value === 'boolean') return { value: { flag: value } };
  if (value === null) return { value: { null: true } };
  const exact = isScalar(node) && typeof value === 'number' ? node.source : undefined;
  if (exact !== undefined && /^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(exact))
    return { value: { number: exact } };
  return wrongType(at, 'text, a decimal number such as 0.5, true, false or null');
};

const template: Reader<string> = mapped(text, (value, at) => {
  const problem = templateProblem(value);
  return problem ? at.file.report(at, 'spec.bad_template', problem) : { value };
});

const nulls = {
  nulls: optional(oneOf(nullHandlings), undefined),
  default: optional(constant, undefined),
};

type Kind = FieldValueEntry['kind'];
type Mapped = Omit<FieldEntry, 'field'>;

const readers: Record<Kind, Reader<Mapped>> = {
  column: mapped(shape({ column: required(nonEmptyText), ...nulls }), ({ column, ...rest }, at) =>
    withNulls({ kind: 'column', column }, rest, at),
  ),
  template: mapped(shape({ template: required(template), ...nulls }), (written, at) =>
    neverNull({ kind: 'template', template: written.template }, written, at),
  ),
  constant: mapped(shape({ constant: required(constant) }), (written) =>
    sent({ kind: 'constant', constant: written.constant }),
  ),
  metadata: mapped(shape({ metadata: required(oneOf(metadataNames)) }), ({ metadata }) =>
    sent({ kind: 'metadata', metadata }),
  ),
  lookup: mapped(shape({ lookup: required(lookup), ...nulls }), (written, at) =>
    withNulls({ kind: 'lookup', lookup: written.lookup }, written, at),
  ),
};
const kinds = Object.keys(readers) as Kind[];

/** `email`, short for `{ column: email }`, or a map that says where the value comes from. */
const fieldValue: Reader<Mapped> = (at) => {
  const node = at.file.resolve(at.node);
  if (isScalar(node) && typeof node.value === 'string')
    return mapped(nonEmptyText, (column) => sent({ kind: 'column', column }))(at);
  if (!isMap(node)) return wrongType(at, 'a column, or a map such as { constant: 1 }');
  const given = kinds.filter((kind) => node.has(kind));
  const [kind] = given;
  if (kind !== undefined && given.length === 1) return readers[kind](at);
  if (given.length > 1)
    return at.file.report(
      at,
      'spec.conflict',
      `A field has one of ${given.join(' and ')}, not both.`,
    );
  return withoutKind(at);
};

/** No word says where the value comes from: perhaps it is misspelt. */
function withoutKind(at: At): undefined {
  const before = at.file.draft.problems.length;
  const known = Object.fromEntries([...kinds, 'nulls', 'default'].map((name) => [name, ignored]));
  shape(known)(at);
  if (at.file.draft.problems.length > before) return undefined;
  const message = `Say where the value comes from: one of ${kinds.join(', ')} is missing here.`;
  return at.file.report(at, 'spec.missing', message);
}

const ignored = optional((): Read<undefined> => ({ value: undefined }), undefined);

const sent = (value: FieldValueEntry): Read<Mapped> => ({ value: { value, nulls: 'send' } });

interface WrittenNulls {
  nulls: NullHandlingName | undefined;
  default: ConstantEntry | undefined;
}

/** A template gives text, an empty one at the least: what is said of NULL would never come to pass. */
function neverNull(value: FieldValueEntry, written: WrittenNulls, at: At): Read<Mapped> {
  if ((written.nulls ?? 'send') === 'send' && !written.default) return sent(value);
  return at.file.report(
    at,
    'spec.conflict',
    'A template gives text and never NULL, so "nulls" and "default" do nothing here. Write {{ name | default: "…" }} in the template, or use a column.',
  );
}

/** A default alone says what to do with NULL; with another handling it would never be used. */
function withNulls(value: FieldValueEntry, written: WrittenNulls, at: At): Read<Mapped> {
  const handling = written.nulls ?? (written.default ? 'default' : 'send');
  if (handling !== 'default' && written.default)
    return at.file.report(
      at,
      'spec.conflict',
      `With "nulls: ${handling}" the default is never used. Remove one.`,
    );
  if (handling !== 'default') return { value: { value, nulls: handling } };
  if (!written.default)
    return at.file.report(
      at,
      'spec.missing',
      '"nulls: default" needs a "default": the value that a NULL becomes.',
    );
  return { value: { value, nulls: handling, default: written.default } };
}

export const fields: Reader<FieldEntry[]> = mapped(listByName(fieldValue), (entries) => ({
  value: entries.map(([field, mapping]) => ({ field, ...mapping })),
}));

/** Fields and the constants they get. */
export const constants: Reader<{ field: string; constant: ConstantEntry }[]> = mapped(
  listByName(constant),
  (entries) => ({ value: entries.map(([field, value]) => ({ field, constant: value })) }),
);
