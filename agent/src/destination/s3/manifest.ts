import type { FileFormat, TargetRequest } from '../../connector/destination.js';
import { isWhole } from './options.js';
import type { RunName } from './naming.js';

/** A file that was taken. */
export interface TakenFile {
  key: string;
  operation: 'added' | 'changed' | 'removed';
  rows: number;
  bytes: number;
  sha256: string;
}

interface Dataset {
  request: Pick<TargetRequest, 'mode' | 'key' | 'fields' | 'tag'>;
  run: RunName;
  format: FileFormat;
  folder: string;
}

/** What a reader has to know of a dataset, as JSON. Files are named from the folder on. */
export function manifestOf(
  { request, run, format, folder }: Dataset,
  taken: readonly TakenFile[],
): string {
  const { mode, key, fields, tag } = request;
  const files = taken.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const types = new Map([...key, ...fields].map(({ name, type }) => [name, type]));
  const { kind, compression, delimiter, nullText, operationColumn } = format;
  const manifest = {
    version: 1,
    ...tag,
    attempt: run.attempt,
    sync: run.syncName,
    startedAt: run.startedAt.toISOString(),
    mode,
    content: isWhole(request) ? 'result' : 'changes',
    format: { kind, compression, delimiter, nullText, operationColumn },
    key: key.map(({ name }) => name),
    columns: [...types].map(([name, type]) => ({ name, type })),
    rows: total(files, 'rows'),
    bytes: total(files, 'bytes'),
    ...(!isWhole(request) && { operations: operationsOf(files) }),
    files: files.map(({ key: whole, operation, ...of }) => ({
      name: whole.slice(folder.length + 1),
      ...(!isWhole(request) && { operation }),
      ...of,
    })),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function operationsOf(files: readonly TakenFile[]): Record<TakenFile['operation'], number> {
  const rowsOf = (wanted: TakenFile['operation']): number =>
    total(
      files.filter(({ operation }) => operation === wanted),
      'rows',
    );
  return { added: rowsOf('added'), changed: rowsOf('changed'), removed: rowsOf('removed') };
}

const total = (files: readonly TakenFile[], what: 'rows' | 'bytes'): number =>
  files.reduce((sum, file) => sum + file[what], 0);
