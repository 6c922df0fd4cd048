import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Found } from '../connector/destination.js';
import { escapeText } from '../connector/lines.js';
import { quoteText } from '../duck/duck.js';
import { Failure, failureOf } from '../failure.js';
import { find } from './ask.js';
import type { Question } from './ask.js';
import { recall, remember } from './lookup-cache.js';
import { matchColumn } from './lookups.js';
import { valueColumn } from './mapping.js';
import { countOf } from './passes.js';
import type { Lookups, OpenLookup } from './open-lookups.js';
import { rowsOf } from './plan.js';
import type { PlanPart } from './plan.js';
import type { Run } from './run.js';
import { csvOptions } from './work-files.js';

/**
 * Asks for the records that the rows of a plan refer to: the plan has to be whole before its first operation leaves.
 * Each combination of values is asked for once, in batches; only those are ever objects, never the rows.
 */
export async function resolveLookups(
  run: Run,
  parts: readonly PlanPart[],
  lookups: Lookups,
): Promise<void> {
  const sent = parts.filter(({ kind }) => kind !== undefined);
  for (const each of lookups.list) {
    await makeTable(run, each);
    if (sent.length === 0) continue;
    const asked = `asked_${each.table}`;
    await run.duck.run(`create table ${asked} as ${matchesOf(each, sent)}`);
    await recall(run, each, asked);
    if ((await countOf(run.duck, asked)) > 0) {
      const ask = (question: Question): Promise<Found[]> => find(question, each.finder, run.tools);
      await gather(run, each, { lookups, asked, ask });
      await remember(run, each);
    }
    await run.duck.run(`drop table ${asked}`);
  }
}

async function makeTable({ duck }: Run, { table, lookup }: OpenLookup): Promise<void> {
  const columns = lookup.match.map((_, n) => `${matchColumn(n)} varchar`);
  await duck.run(`create table ${table} (${columns.join(', ')},
    outcome varchar, value varchar, failure integer, found_at ubigint)`);
}

/** NULL equals nothing, so nothing is asked for it. */
function matchesOf({ lookup }: OpenLookup, parts: readonly PlanPart[]): string {
  const columns = lookup.match.map(
    ({ column }, n) => `${valueColumn(column)} as ${matchColumn(n)}`,
  );
  const known = lookup.match.map(({ column }) => `${valueColumn(column)} is not null`);
  const rows = parts.map(
    (part) => `select ${columns.join(', ')} from ${rowsOf(part)} where ${known.join(' and ')}`,
  );
  return `select distinct * from (${rows.join(' union all ')})`;
}

interface Gathering {
  lookups: Lookups;
  /** The table of combinations that want an answer. */
  asked: string;
  ask: (question: Question) => Promise<Found[]>;
  /** Largest question; as large as the finder wants unless given. */
  maxRows?: number;
}

/** Answers → the lookup's table, by way of a file. */
export async function gather(run: Run, each: OpenLookup, how: Gathering): Promise<void> {
  const { duck, tools } = run;
  const file = join(tools.workDir, `${each.table}.tsv`);
  const longestLine = await writeAnswers(file, { run, each, how });
  const columns: Record<string, string> = {};
  each.lookup.match.forEach((_, n) => (columns[matchColumn(n)] = 'VARCHAR'));
  Object.assign(columns, { outcome: 'VARCHAR', value: 'VARCHAR', failure: 'INTEGER' });
  await duck.run(`insert into ${each.table} select *, ${tools.clock.now()}::ubigint
    from read_csv(${quoteText(file)}, ${csvOptions(columns, longestLine)})`);
}

async function writeAnswers(
  file: string,
  { run, each, how }: { run: Run; each: OpenLookup; how: Gathering },
): Promise<number> {
  const { match, finder } = each;
  const batches = batchesOf(run.duck.texts(`select * from ${how.asked}`), {
    maxRows: how.maxRows ?? finder.maxRows,
    maxBytes: finder.maxBytes,
  });
  const out = await open(file, 'w');
  const count = { answered: 0, rejected: 0 };
  let longestLine = 0;
  const answer = async (lines: readonly string[]): Promise<void> => {
    const found = await how.ask({ match, lines });
    const told = found.map((one, n) => `${lines[n]}\t${answerLine(one, how.lookups)}\n`);
    // A character is at most three bytes for each of its UTF-16 units.
    longestLine = told.reduce((most, line) => Math.max(most, line.length * 3), longestLine);
    await out.appendFile(told.join(''));
    assertHope(found, count);
    run.meter.tell();
  };
  try {
    await shared(batches, finder.concurrency, answer);
  } finally {
    await out.close();
  }
  return longestLine;
}

/** So many at once; after the first failure nothing new is begun, and what is under way ends. */
async function shared<T>(
  items: AsyncGenerator<T, undefined>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failure: Failure | undefined;
  const worker = async (): Promise<void> => {
    try {
      for (;;) {
        const next = failure ? undefined : await items.next();
        if (!next || next.done) return;
        await work(next.value);
      }
    } catch (error) {
      failure ??= failureOf(error);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  await items.return(undefined);
  if (failure) throw failure;
}

/** Lines of at most so many rows and bytes. */
async function* batchesOf(
  chunks: AsyncIterable<(string | null)[][]>,
  limits: { maxRows: number; maxBytes: number },
): AsyncGenerator<string[], undefined> {
  let lines: string[] = [];
  let bytes = 0;
  for await (const rows of chunks)
    for (const row of rows) {
      const line = row.join('\t');
      if (
        lines.length === limits.maxRows ||
        (lines.length > 0 && bytes + line.length * 3 > limits.maxBytes)
      ) {
        yield lines;
        lines = [];
        bytes = 0;
      }
      lines.push(line);
      bytes += line.length * 3;
    }
  if (lines.length > 0) yield lines;
  return undefined;
}

function answerLine(found: Found, { failures }: Lookups): string {
  if (found.kind === 'found') return `found\t${escapeText(found.text)}\t\\N`;
  if (found.kind === 'rejected')
    return `rejected\t\\N\t${numberOfFailure(found.failure, failures)}`;
  return `${found.kind}\t\\N\t\\N`;
}

/** Failures that are alike for a person are one; their first text stands for all. */
function numberOfFailure(failure: Failure, failures: Failure[]): number {
  const isAlike = ({ code, vendorCode }: Failure): boolean =>
    code === failure.code && vendorCode === failure.vendorCode;
  const known = failures.findIndex(isAlike);
  return known >= 0 ? known : failures.push(failure) - 1;
}

/** Questions of which none gets an answer are the wrong questions. */
const hopelessRejections = 1_000;

function assertHope(found: readonly Found[], count: { answered: number; rejected: number }): void {
  for (const { kind } of found) count[kind === 'rejected' ? 'rejected' : 'answered'] += 1;
  if (count.answered === 0 && count.rejected >= hopelessRejections)
    throw new Failure(
      'CONFIG',
      'lookup.all_rejected',
      'The destination refuses whatever is looked up. Look at the first error, and change the lookup.',
    );
}
