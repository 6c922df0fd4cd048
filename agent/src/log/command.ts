import type { Command } from 'commander';
import { readConfig } from '../config.js';
import { Failure } from '../failure.js';
import { openS3Store } from '../store/s3.js';
import { readKey, rowHistory } from './history.js';
import type { Format } from './print.js';
import { queryLogs } from './query.js';
import type { From, Question } from './query.js';

interface Options {
  sync?: string;
  run?: string;
  since?: string;
  json?: boolean;
  csv?: boolean;
}

const tables = `
Tables:
  changelog  workspace, sync, sync_name, run, epoch, at, change (added, changed, removed), operation,
             outcome (sent, rejected, skipped, withheld, uncertain), key, new, old
  latest     workspace, sync, sync_name, state (sent, skipped, unknown), key, value
  runs       run, epoch, sync_name, started_at, finished_at, outcome, failure_code, errors, counts and times

  key, new, old and value are structs of the model's columns, as texts: key.id, new.email, old.amount::decimal.`;

const queryExamples = `
Examples:
  $ drawbridge-agent log query "select sync_name, outcome, count(*) from runs group by all"
  $ drawbridge-agent log query --sync customers "select at, old.email, new.email from changelog where change = 'changed'"
  $ drawbridge-agent log query --sync customers --run RUN --csv "select key.id, outcome from changelog" > run.csv
  $ drawbridge-agent log query --sync customers "select count(*) from latest"`;

const historyExamples = `
Examples:
  $ drawbridge-agent log history --sync customers --key '{"id": "42"}'
  $ drawbridge-agent log history --sync lines --key '{"order_id": "7", "line": "1"}' --json`;

/** `log query` and `log history`: what was sent, asked of the customer's bucket with the agent's own environment. */
export function addLogCommands(program: Command): void {
  const log = program
    .command('log')
    .description('ask what became of rows, from the logs in your bucket');
  shared(log.command('query <select>'))
    .description('answer one SELECT over the changelog, the latest state and the runs')
    .addHelpText('after', `${tables}\n${queryExamples}`)
    .action((sql: string, options: Options) =>
      ask(options, (question, from) => queryLogs(sql, question, from)),
    );
  shared(log.command('history'))
    .description('tell what became of one row, run by run')
    .requiredOption('--key <json>', "the row's primary key, as JSON")
    .addHelpText('after', historyExamples)
    .action((options: Options & { key: string }) =>
      ask(options, (question, from) => {
        if (question.sync === undefined) throw noSync();
        return rowHistory(readKey(options.key), question, from);
      }),
    );
}

function shared(command: Command): Command {
  return command
    .option('--sync <name>', 'logs of this sync only, by name or id')
    .option('--run <id>', 'of this run only')
    .option(
      '--since <time>',
      'of runs that started then or later, as 2026-11-24 or 2026-11-24T08:00:00Z',
    )
    .option('--json', 'print one JSON array')
    .option('--csv', 'print CSV');
}

async function ask(
  options: Options,
  act: (question: Question, from: From) => Promise<void>,
): Promise<void> {
  const question = questionOf(options);
  const config = readConfig();
  const store = openS3Store(config.bucket);
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    await act(question, { store, config, tell, write });
  } catch (error) {
    // Here is who asked, at their own machine: the text may be told.
    if (error instanceof Failure && error.detail !== undefined) tell(error.detail);
    throw error;
  } finally {
    store.close();
  }
}

function questionOf({ sync, run, since, json, csv }: Options): Question {
  if (json && csv)
    throw new Failure('CONFIG', 'log.two_formats', 'Give --json or --csv, not both.');
  const format: Format = json ? 'json' : csv ? 'csv' : 'table';
  const time = since === undefined ? undefined : new Date(since);
  if (time && Number.isNaN(time.getTime()))
    throw new Failure(
      'CONFIG',
      'log.bad_time',
      'The time after --since is none: write 2026-11-24 or 2026-11-24T08:00:00Z.',
    );
  return { format, ...(sync && { sync }), ...(run && { run }), ...(time && { since: time }) };
}

function noSync(): Failure {
  return new Failure('CONFIG', 'log.which_sync', 'A key is one of a sync: name it with --sync.');
}

/** Waits for whoever reads; when they have seen enough, there is nothing left to do. */
async function write(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) return resolve();
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
      reject(error);
    });
  });
}
