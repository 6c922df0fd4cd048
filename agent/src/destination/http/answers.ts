import type { Batch, Outcome } from '../../connector/destination.js';
import { dialogueOf, refusalOf } from '../../connector/http.js';
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
  return entries.map((entry) => outcomeOf(entry, { results, batch, answer, dialogue }));
}

function allAccepted(rows: number): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let n = 0; n < rows; n += 1) outcomes.push(accepted);
  return outcomes;
}

interface Told {
  results: ResultsAt;
  batch: Pick<Batch, 'kind' | 'change'>;
  answer: HttpAnswer;
  dialogue: Dialogue;
}

function outcomeOf(entry: unknown, told: Told): Outcome {
  const { status, ok } = told.results;
  const value =
    typeof entry === 'object' && entry !== null
      ? (entry as Record<string, unknown>)[status]
      : entry;
  const text = String(value);
  if (ok.includes(text)) return accepted;
  const done = doneAlready(told.batch, text);
  if (done) return done;
  return { kind: 'rejected', failure: refusalOfRow(entry, text, told) };
}

/** Put off by the same statuses as a request; what would stop a run says nothing of the other rows. */
function refusalOfRow(
  entry: unknown,
  status: string,
  { answer, dialogue }: { answer: HttpAnswer; dialogue: Dialogue },
): Failure {
  const detail = JSON.stringify(entry);
  const isStatus = /^[1-5]\d\d$/.test(status);
  if (isStatus) {
    const failure = refusalOf({ ...answer, status: Number(status), body: detail });
    if (failure.kind === 'TRANSIENT') return failure.during(dialogue);
  }
  return new Failure('REJECTED', 'destination.rejected', 'The destination refuses the record.', {
    vendorCode: isStatus ? status : '',
    detail,
    dialogue,
  });
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
