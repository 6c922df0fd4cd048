import type { Batch, Outcome } from '../../connector/destination.js';
import { dialogueOf } from '../../connector/http.js';
import type { HttpAnswer, HttpRequest } from '../../connector/http.js';
import { Failure } from '../../failure.js';
import type { Dialogue } from '../../failure.js';

/** Where an answer says what became of each row. */
export interface ResultsAt {
  /** Dotted path to an array with one entry a row, in order; empty: the answer itself is the array. */
  path: string;
  /** Field of an entry that holds its status. */
  status: string;
  /** Statuses that mean the row was taken. */
  ok: readonly string[];
}

const accepted: Outcome = { kind: 'accepted' };

/** One outcome for each row. Without `results` a 2xx answer is for all of them. */
export function outcomesOf(
  batch: Pick<Batch, 'size' | 'kind' | 'change'>,
  { request, answer }: { request: HttpRequest; answer: HttpAnswer },
  results: ResultsAt | undefined,
): Outcome[] {
  const rows = batch.size;
  if (!results) return allAccepted(rows);
  const { body } = answer;
  const dialogue = dialogueOf(request, answer);
  const entries = entriesAt(body, results.path);
  if (!entries || entries.length !== rows)
    throw new Failure(
      'CONFIG',
      'destination.bad_answer',
      'The answer does not have one result for each row. Check `results` of the sync.',
      { detail: body, dialogue },
    );
  return entries.map((entry) => outcomeOf(entry, { results, batch, dialogue }));
}

function allAccepted(rows: number): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let n = 0; n < rows; n += 1) outcomes.push(accepted);
  return outcomes;
}

function outcomeOf(
  entry: unknown,
  {
    results: { status, ok },
    batch,
    dialogue,
  }: { results: ResultsAt; batch: Pick<Batch, 'kind' | 'change'>; dialogue: Dialogue },
): Outcome {
  const value =
    typeof entry === 'object' && entry !== null
      ? (entry as Record<string, unknown>)[status]
      : entry;
  const text = String(value);
  if (ok.includes(text)) return accepted;
  const done = doneAlready(batch, text);
  if (done) return done;
  const isBusy = ['408', '429', '500', '502', '503', '504'].includes(text);
  const vendorCode = /^[A-Z0-9_]{1,64}$/.test(text) && /^\d{3}$/.test(text) ? text : '';
  return {
    kind: 'rejected',
    failure: new Failure(
      'REJECTED',
      isBusy ? 'destination.busy' : 'destination.rejected',
      'The destination refuses the record.',
      { vendorCode, detail: JSON.stringify(entry), dialogue },
    ),
  };
}

/** What a refusal means of one row: a record that is gone was removed, and one that is there need not be created. */
export function doneAlready(
  { kind, change }: Pick<Batch, 'kind' | 'change'>,
  status: string,
): Outcome | undefined {
  if (change === 'removed' && (status === '404' || status === '410')) return accepted;
  return kind === 'create' && status === '409' ? { kind: 'skipped' } : undefined;
}

function entriesAt(body: string, path: string): unknown[] | undefined {
  try {
    let value: unknown = JSON.parse(body);
    for (const name of path.split('.').filter(Boolean))
      value = (value as Record<string, unknown> | null)?.[name];
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
