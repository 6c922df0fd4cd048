// Snowflake read three ways, from one table of ten columns on one server: by the driver's own defaults (`streamRows`, object
// rows), by our result chunks, by our unload. Each in a process of its own and in turn; the server, which is a double over
// DuckDB, and the bucket have processes of their own as well. What is compared is reading: from the first row, or the answer
// that the files are there, to the last row. What the server takes to make a result is its own affair, and told beside.
//
//   npm run bench:snowflake -- [--rows 1000000] [--json]
//
// Ends with 0 where both targets are met, with 1 where one is missed or a step failed, with 2 where it was asked wrongly.
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openChild } from './child.js';
import type { Account, Place, Took, Way } from './snowflake-contender.js';
import { createTable } from './snowflake-rows.js';

const target = { ratio: 5, peakMiB: 512 };
const usage = 'Usage: npm run bench:snowflake -- [--rows 1000000] [--json]';
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const keys = { id: 'bench', secret: 'bench-secret' };
const say = flags.json ? console.error : console.log;
const asked = Number(flags.rows);
if (flags.help) console.log(usage);
else if (!Number.isSafeInteger(asked) || asked < 1) {
  console.error(usage);
  process.exitCode = 2;
} else process.exitCode = (await main(asked)) ? 0 : 1;

/** Whether the targets are met. */
async function main(rows: number): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-snowflake-'));
  const bucket = await openChild('bucket-process.js', [directory]);
  const place = { endpoint: bucket.url, bucket: 'drawbridge', stage: 'UNLOADED' };
  const server = await openServer(rows, directory, place);
  try {
    const [defaults, chunks, unload] = [
      await measure('defaults', server.account, place),
      await measure('chunks', server.account, place),
      await measure('unload', server.account, place),
    ].map((took) => told(took, rows));
    return tell({ rows, defaults, chunks, unload } as Measured);
  } finally {
    server.process.kill();
    bucket.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Starts it with the table and a stage that is the bucket. */
async function openServer(
  rows: number,
  directory: string,
  { endpoint, bucket, stage }: Place,
): Promise<{ account: Account; process: ChildProcess }> {
  const file = join(directory, 'start.sql');
  await writeFile(
    file,
    `${createTable(rows)};
    create or replace stage ${stage} url = 's3compat://${bucket}/' endpoint = '${new URL(endpoint).host}'
      credentials = (aws_key_id = '${keys.id}' aws_secret_key = '${keys.secret}');`,
  );
  const script = fileURLToPath(new URL('../snowflake/serve.js', import.meta.url));
  const child = spawn(process.execPath, [script, '--sql', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const signal = endOf(child, 'The server ended before it was there.');
  const [line] = (await once(createInterface(child.stdout), 'line', { signal })) as [string];
  return { account: JSON.parse(line) as Account, process: child };
}

async function measure(way: Way, account: Account, place: Place): Promise<Took> {
  const path = fileURLToPath(new URL('snowflake-contender.js', import.meta.url));
  const args = [way, JSON.stringify(account), JSON.stringify(place)];
  const env = { ...process.env, AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret };
  const child = fork(path, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const signal = endOf(child, `Reading by ${way} ended early.`);
  const [took] = (await once(child, 'message', { signal })) as [Took];
  say(
    `${way.padEnd(9)} ${took.rows} rows read in ${(took.readMs / 1000).toFixed(1)} s, ` +
      `${(took.ms / 1000).toFixed(1)} s with the sign-in and the server's own time, ` +
      `peak ${Math.round(took.peakMiB)} MiB; load of the machine ${loadavg()[0]?.toFixed(1)}`,
  );
  return took;
}

/** Aborted when a process is over: what it was to say never comes. */
function endOf(child: ChildProcess, message: string): AbortSignal {
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error(message)));
  return ended.signal;
}

function told(took: Took, rows: number): Took {
  if (took.rows !== rows) throw new Error(`${took.rows} rows came of ${rows}.`);
  return took;
}

interface Measured {
  rows: number;
  defaults: Took;
  chunks: Took;
  unload: Took;
}

function tell({ rows, defaults, chunks, unload }: Measured): boolean {
  const perSecond = ({ readMs }: Took): number => Math.round((rows / readMs) * 1000);
  const slowest = Math.min(perSecond(chunks), perSecond(unload));
  const row = {
    rows,
    defaultsRowsPerSecond: perSecond(defaults),
    chunksRowsPerSecond: perSecond(chunks),
    unloadRowsPerSecond: perSecond(unload),
    /** Of the slower one of ours. */
    ratioToDefaults: Math.round((slowest / perSecond(defaults)) * 100) / 100,
    agentPeakMiB: Math.round(Math.max(chunks.peakMiB, unload.peakMiB)),
  };
  const isMet = row.ratioToDefaults >= target.ratio && row.agentPeakMiB <= target.peakMiB;
  say(
    `ours is ${row.ratioToDefaults} times the defaults (target ≥ ${target.ratio}), peak ${row.agentPeakMiB} MiB ` +
      `(target ≤ ${target.peakMiB}): ${isMet ? 'met' : 'missed'}`,
  );
  if (flags.json) console.log(JSON.stringify(row));
  return isMet;
}
