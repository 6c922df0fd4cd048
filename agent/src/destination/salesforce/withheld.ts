import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Load, Outcome, ResultFile } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { nullText, unsayable } from './bulk-rows.js';
import { CsvRewriter } from './csv-rewriter.js';
import type { Cell } from './csv-rewriter.js';
import type { Writing } from './writing.js';

/** What stands in our own result file where Salesforce's have its reason. */
const reason = 'withheld';

/**
 * The rows of a load that were not sent, in the form of a file of results: in a job's CSV the text `#N/A` is NULL, and there
 * is no other way to write it. Undefined where there are none.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm (read 2026-11)
 */
export async function withheldOf(load: Load, writing: Writing): Promise<ResultFile | undefined> {
  const { kind, columns, keyColumns } = load;
  const isWithheld = unsayable(kind, columns, writing);
  const places = keyColumns.map((name) => columns.indexOf(name));
  let count = 0;
  const rewriter = new CsvRewriter({
    header: [...keyColumns, reasonColumn],
    row: (cells) => {
      if (!isWithheld(cells)) return '';
      count += 1;
      return `${places.map((at) => asItWas(cells[at])).join(',')},${reason}\n`;
    },
  });
  const path = join(load.folder, 'withheld.csv');
  await pipeline(
    createReadStream(load.path, { highWaterMark: 1 << 18 }),
    rewriter,
    createWriteStream(path),
  );
  return count > 0 ? { path, kind: 'rejected', reason: reasonColumn } : undefined;
}

const reasonColumn = 'sf__Error';

export function outcomeOfWithheld(told: string): Outcome | undefined {
  return told === reason ? { kind: 'rejected', failure: withheldFailure() } : undefined;
}

export function withheldFailure(): Failure {
  return new Failure(
    'REJECTED',
    'destination.bad_value',
    'A value can not be what its field in Salesforce is.',
    { detail: `a job takes the text ${nullText} for NULL; options.api: collections can write it` },
  );
}

/** Known again by the same bytes. */
function asItWas(cell: Cell | undefined): string {
  if (!cell) return '';
  return cell.isQuoted ? `"${cell.text.replaceAll('"', '""')}"` : cell.text;
}
