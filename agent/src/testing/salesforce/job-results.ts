import { csvLine, delimiters, errorText, lineEnds } from './csv.js';
import type { Job } from './job.js';
import { Refusal } from './refusal.js';

export type ResultKind = 'successfulResults' | 'failedResults' | 'unprocessedrecords';

/** Lines that are given to the network at once. */
const linesAtOnce = 2000;

/** The file, piece by piece. Its columns are sorted by name, its lines are not in the upload's order. */
export function* resultsOf(job: Job, kind: ResultKind): Generator<string> {
  const { setting } = job;
  // Of a job that never began, and of one that could not read its upload.
  if (kind === 'unprocessedrecords' && job.processed === 0)
    return void (yield job.upload?.toString() ?? '');
  const extra = { successfulResults: '"sf__Created"', failedResults: '"sf__Error"' };
  const order = job.columns.map((_, n) => n);
  if (kind !== 'unprocessedrecords')
    order.sort((a, b) => (job.columns[a]!.header < job.columns[b]!.header ? -1 : 1));
  const headers = order.map((n) => job.columns[n]!.header);
  if (kind !== 'unprocessedrecords') headers.unshift('"sf__Id"', extra[kind]);
  yield headers.join(delimiters[setting.columnDelimiter]) + lineEnds[setting.lineEnding];
  const idAt = job.columns.findIndex(({ column }) => column.kind === 'id');
  // From version 53.0 on.
  const givesIds = Number(setting.apiVersion) >= 53;
  let piece: string[] = [];
  const reader = job.reader();
  for (let n = job.starts.length - 1; n >= 0; n -= 1) {
    const lead = leadOf(job, kind, n);
    if (!lead) continue;
    reader.at = job.starts[n]!;
    const fields = reader.next();
    if (kind === 'failedResults' && givesIds) lead[0] = fields[idAt] ?? '';
    piece.push(csvLine([...lead, ...order.map((at) => fields[at]!)], setting));
    if (piece.length < linesAtOnce) continue;
    yield piece.join('');
    piece = [];
  }
  yield piece.join('');
}

/** What stands before the row's own values; undefined where the row is not in this file. */
function leadOf(job: Job, kind: ResultKind, n: number): string[] | undefined {
  const outcome = job.outcomes[n];
  if (outcome === undefined) return kind === 'unprocessedrecords' ? [] : undefined;
  if (outcome instanceof Refusal)
    return kind === 'failedResults' ? ['', errorText(outcome)] : undefined;
  return kind === 'successfulResults' ? [outcome.id, String(outcome.created)] : undefined;
}
