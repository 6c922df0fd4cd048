/** What a person has filled in so far. */
export interface Draft {
  source: string;
  table: string;
  primaryKey: string;
  destination: string;
  object: string;
  mode: string;
  /** The destination's field that finds a record by the primary key. */
  key: string;
  fields: readonly FieldDraft[];
}

export interface FieldDraft {
  field: string;
  column: string;
}

export const modes = ['upsert', 'update', 'create', 'mirror', 'append', 'replace'] as const;

export const emptyDraft: Draft = {
  source: '',
  table: '',
  primaryKey: '',
  destination: '',
  object: '',
  mode: 'upsert',
  key: '',
  fields: [{ field: '', column: '' }],
};

/** What is still missing, in words; nothing when it can be planned. */
export function missingIn(draft: Draft): string[] {
  const wanted: readonly (readonly [keyof Draft, string])[] = [
    ['source', 'a source'],
    ['table', 'a table'],
    ['primaryKey', 'its primary key'],
    ['destination', 'a destination'],
    ['object', 'an object'],
  ];
  const missing = wanted.filter(([name]) => draft[name] === '').map(([, words]) => words);
  return draft.table.endsWith('.') ? [...missing, 'a table in what was chosen'] : missing;
}

/** A file of the configuration, as `drawbridge apply` takes it. */
export function yamlOf(draft: Draft): string {
  const { source, table, primaryKey, destination, object, mode, key } = draft;
  const model = nameOf(table) || 'rows';
  const fields = draft.fields.filter(({ field, column }) => field !== '' && column !== '');
  return [
    'models:',
    `  ${model}:`,
    `    source: ${text(source)}`,
    `    table: ${text(table)}`,
    `    primaryKey: [${text(primaryKey)}]`,
    'syncs:',
    `  ${model}-to-${nameOf(destination) || 'destination'}:`,
    `    model: ${model}`,
    `    destination: ${text(destination)}`,
    `    object: ${text(object)}`,
    `    mode: ${mode}`,
    ...(key === '' ? [] : [`    key: { ${text(key)}: ${text(primaryKey)} }`]),
    ...(fields.length > 0 ? ['    fields:'] : []),
    ...fields.map(({ field, column }) => `      ${text(field)}: ${text(column)}`),
    '',
  ].join('\n');
}

/** The last name of a path, fit for a name of the configuration. */
function nameOf(path: string): string {
  const last = path.split('.').findLast((name) => name !== '') ?? '';
  return last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

/** Plain where YAML takes it for the same text, else in quotes. */
function text(value: string): string {
  const isPlain = /^[A-Za-z_][\w.-]*$/.test(value);
  const isWord = /^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain && !isWord ? value : JSON.stringify(value);
}
