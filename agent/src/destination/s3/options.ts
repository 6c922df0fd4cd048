import type { FileFormat, TargetRequest } from '../../connector/destination.js';
import type { Fields, SettingsOf } from '../../connector/field.js';
import { Failure } from '../../failure.js';

export const options = {
  layout: {
    type: 'choice',
    label: 'Layout of changes',
    help: 'operationColumn: files of the same columns, the first of which says what became of a row. byOperation: files of added, changed and removed rows apart, without that column. Not for mode: replace, which writes the whole result.',
    choices: ['operationColumn', 'byOperation'],
  },
  operationColumn: {
    type: 'text',
    label: 'Name of the operation column',
    default: '_operation',
  },
  format: {
    type: 'choice',
    label: 'Format',
    choices: ['csv', 'ndjson', 'parquet'],
    default: 'csv',
  },
  compression: {
    type: 'choice',
    label: 'Compression',
    choices: ['none', 'gzip', 'zstd'],
    default: 'gzip',
  },
  delimiter: {
    type: 'choice',
    label: 'Delimiter',
    choices: ['comma', 'semicolon', 'tab', 'pipe'],
    default: 'comma',
    when: { field: 'format', is: ['csv'] },
  },
  nullText: {
    type: 'text',
    label: 'Text for NULL',
    help: 'Nothing unless given; an empty text has quotes.',
    when: { field: 'format', is: ['csv'] },
  },
  file: {
    type: 'text',
    label: 'Name of a file',
    help: 'Below the folder of the run, without its ending. It has to contain {operation} and {part}.',
    default: '{operation}-{part}',
    example: 'operation={operation}/{part}',
  },
  maxRows: {
    type: 'number',
    label: 'Most rows in a file',
    default: 1_000_000,
    minimum: 1_000,
    maximum: 100_000_000,
  },
  maxMegabytes: {
    type: 'number',
    label: 'Most megabytes in a file',
    default: 256,
    minimum: 1,
    maximum: 5_000,
  },
  storageClass: {
    type: 'choice',
    label: 'Storage class',
    choices: ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'],
    default: 'STANDARD',
  },
} as const satisfies Fields;

export type Options = SettingsOf<typeof options>;

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };

/** Whether what is written is the whole result, and not what has changed in it. */
export const isWhole = ({ mode }: Pick<TargetRequest, 'mode'>): boolean => mode === 'replace';

export function formatOf(request: TargetRequest, chosen: Options): FileFormat {
  const { format: kind, compression, delimiter, nullText, operationColumn } = chosen;
  const hasColumn = !isWhole(request) && chosen.layout !== 'byOperation';
  return {
    kind: kind as FileFormat['kind'],
    compression: compression as FileFormat['compression'],
    ...(delimiter && { delimiter: delimiters[delimiter as keyof typeof delimiters] }),
    ...(nullText !== undefined && { nullText }),
    ...(hasColumn && { operationColumn }),
  };
}

/** Behind a file's name. Parquet compresses within itself. */
export function endingOf({ kind, compression }: FileFormat): string {
  const packed = { none: '', gzip: '.gz', zstd: '.zst' }[compression];
  return `.${kind}${kind === 'parquet' ? '' : packed}`;
}

export function contentTypeOf({ kind, compression }: FileFormat): string {
  if (kind === 'parquet') return 'application/vnd.apache.parquet';
  if (compression === 'gzip') return 'application/gzip';
  if (compression === 'zstd') return 'application/zstd';
  return kind === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
}

/** Whether what is asked for can be written so that a reader finds in it what was meant. */
export function assertFit(request: TargetRequest, chosen: Options): void {
  const { key, fields, mode } = request;
  const names = [...new Set([...key, ...fields].map(({ name }) => name))];
  if (isWhole(request) && chosen.layout !== undefined)
    throw unfit('layout is for changes, and mode: replace writes the whole result. Leave it out.');
  if (key.length === 0 && (mode === 'upsert' || mode === 'mirror'))
    throw new Failure(
      'CONFIG',
      'destination.changes_without_key',
      'Whoever reads the changes needs a key to know the rows by. Give the sync one, or use mode: append or replace.',
    );
  if (chosen.format !== 'ndjson' && fields.some(({ nulls }) => nulls === 'omit'))
    throw new Failure(
      'CONFIG',
      'destination.omit_in_columns',
      'A file with columns has a value for every field, so nulls: omit can not be done. Use format: ndjson, or nulls: send.',
    );
  const column = formatOf(request, chosen).operationColumn;
  if (column !== undefined && names.some((name) => isSame(name, column)))
    throw unfit('operationColumn is the name of a field, too. Choose another name.');
  if (
    chosen.format === 'parquet' &&
    names.some((name, n) => names.slice(0, n).some((one) => isSame(one, name)))
  )
    throw unfit(
      'Two fields differ only by the case of their letters, which readers of Parquet do not tell apart.',
    );
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function unfit(message: string): Failure {
  return new Failure('CONFIG', 'destination.columns_unfit', message);
}
