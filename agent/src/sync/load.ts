import { join } from 'node:path';
import type { FileFormat, Load, OperationKind } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { loadColumns } from './load-columns.js';
import { writeLoadFile } from './load-file.js';
import type { Change, Mapping } from './mapping.js';

interface LoadOptions {
  /** SQL of the rows: with their numbers, and all that the mapping's expressions need. */
  from: string;
  range: { from: number; to: number };
  mapping: Mapping;
  format: FileFormat;
  /** What columns are in all files of the plan, where the format has types. */
  types?: readonly string[] | undefined;
  duck: Duck;
  folder: string;
  number: number;
  /** Names the attempt at the run. */
  attempt: string;
  /** Several rows may have one key, so that it tells none of them apart. */
  isKeyShared?: boolean;
}

/** Writes the file of a load, in the order of the rows' numbers. */
export async function writeLoad(
  { change, kind }: { change: Change; kind: OperationKind },
  { from, range, mapping, format, types, duck, folder, number, attempt, isKeyShared }: LoadOptions,
): Promise<Load> {
  const columns = loadColumns(mapping, change);
  const path = join(folder, `rows.${format.kind}`);
  const written = await writeLoadFile(duck, {
    rows: { from, columns, change },
    format,
    range,
    path,
    ...(types && { types }),
  });
  const names = columns.map(({ name }) => name);
  return {
    kind,
    change,
    size: written.rows,
    columns: names,
    keyColumns:
      mapping.key.length > 0 && !isKeyShared ? mapping.key.map(({ name }) => name) : names,
    path,
    bytes: written.bytes,
    folder,
    idempotencyKey: `${attempt}.${change}.load-${number}`,
    number,
  };
}
