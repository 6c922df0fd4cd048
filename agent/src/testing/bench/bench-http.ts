// The http destination, driven by the engine's delivery, beside a bare undici loop against the same receiver: 100 rows
// in a request, and one. The loop has the records in memory, writes them with JSON.stringify and awaits each answer.
//
//   npm run bench:http -- [--rounds 5] [--json]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent, request as ask } from 'undici';
import { systemClock } from '../../clock.js';
import { readSettings } from '../../connector/settings.js';
import http from '../../destination/http/index.js';
import { Breaker } from '../../sync/breaker.js';
import { stretchesOf } from '../../sync/batches.js';
import { deliver } from '../../sync/deliver.js';
import { Journal } from '../../sync/journal.js';
import { Limiter } from '../../sync/limiter.js';
import type { Mapping } from '../../sync/mapping.js';
import { Meter } from '../../sync/meter.js';
import { pathsOf } from '../../sync/paths.js';
import { Tally } from '../../sync/tally.js';
import { ids } from '../engine.js';
import { MemoryStore } from '../memory-store.js';
import { openChild } from './child.js';
import { fields, key, linesOfRows, recordsOfRows } from './http-rows.js';

interface Case {
  name: string;
  batchRows: number;
  rows: number;
  /** The record's own URL, made of its key, instead of one for all. */
  ownUrl?: true;
}

interface Sink {
  url: string;
  /** What came since the last time. */
  heard(): Promise<{ requests: number; bytes: number }>;
  close(): void;
}

const concurrency = 16;
const target = 0.8;
const cases: readonly Case[] = [
  { name: '100 rows a request', batchRows: 100, rows: 200_000 },
  { name: '1 row a request', batchRows: 1, rows: 30_000 },
  { name: '1 row, own URL', batchRows: 1, rows: 30_000, ownUrl: true },
];

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log('Usage: npm run bench:http -- [--rounds 5] [--json]');
else await main();

async function main(): Promise<void> {
  const sink = await openSink();
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-http-'));
  const say = flags.json ? console.error : console.log;
  const rows: object[] = [];
  try {
    for (const each of cases) {
      const row = await measure(each, sink, directory);
      rows.push(row);
      say(
        `${each.name.padEnd(18)}  ours ${row.oursPerSecond} rows/s, bare undici ${row.barePerSecond} rows/s, ` +
          `ratio ${row.ratio} (target ≥ ${target}; of processor time ${row.cpuRatio}): ${row.ratio >= target ? 'met' : 'missed'}`,
      );
    }
  } finally {
    sink.close();
    await rm(directory, { recursive: true, force: true });
  }
  if (flags.json) console.log(JSON.stringify({ rows }));
}

/** In turn, and the first round is for warming up; both must have sent the same bytes. */
async function measure(of: Case, sink: Sink, directory: string) {
  const file = join(directory, 'rows.tsv');
  await writeFile(file, linesOfRows(of.rows));
  const records = recordsOfRows(of.rows);
  const ours: Spent[] = [];
  const bare: Spent[] = [];
  for (let round = 0; round <= Number(flags.rounds); round += 1) {
    const oursSpent = await spent(() => deliverOurs(of, file, sink));
    const oursHeard = await sink.heard();
    const bareSpent = await spent(() => sendBare(of, records, sink));
    const bareHeard = await sink.heard();
    if (oursHeard.bytes !== bareHeard.bytes || oursHeard.requests !== bareHeard.requests)
      throw new Error(`Not the same work: ${JSON.stringify({ oursHeard, bareHeard })}`);
    if (round === 0) continue;
    ours.push(oursSpent);
    bare.push(bareSpent);
  }
  const [oursMs, bareMs] = [ours, bare].map((all) => median(all.map(({ ms }) => ms)));
  const [oursCpuMs, bareCpuMs] = [ours, bare].map((all) => median(all.map(({ cpuMs }) => cpuMs)));
  return {
    case: of.name,
    oursPerSecond: Math.round((of.rows / oursMs!) * 1000),
    barePerSecond: Math.round((of.rows / bareMs!) * 1000),
    ratio: rounded(bareMs! / oursMs!),
    /** The same of the processor's time: what others do on the machine counts for less. */
    cpuRatio: rounded(bareCpuMs! / oursCpuMs!),
    target,
  };
}

async function deliverOurs(of: Case, file: string, sink: Sink): Promise<void> {
  const connection = http.open({
    settings: readSettings(http.settings, { baseUrl: sink.url }),
    secrets: { secret: undefined },
  });
  const signal = new AbortController().signal;
  const batch = of.batchRows === 1 ? {} : { batch: { size: of.batchRows } };
  const endpoint = await connection.open(
    {
      object: 'people',
      mode: 'upsert',
      removal: 'nothing',
      key,
      fields,
      set: [],
      options: {
        ...batch,
        ...(of.ownUrl ? { added: { url: 'people/{{ id }}' } } : {}),
        repeatable: true,
      },
      tag: { ...ids, runId: 'run' },
    },
    signal,
  );
  const store = new MemoryStore();
  const meter = new Meter(systemClock, () => undefined);
  const journal = new Journal(store, { paths: pathsOf(ids), runId: 'run', epoch: 1n });
  const { outcomes, failure } = await deliver(
    { change: 'added', kind: 'upsert', rows: of.rows, files: [] },
    stretchesOf(file, endpoint),
    {
      target: endpoint,
      // Delivery reads of it what the records are made of.
      mapping: { key, fields } as unknown as Mapping,
      journal,
      breaker: new Breaker(),
      inTurn: false,
      meter,
      tally: new Tally(),
      tools: {
        source: { check: neverCalled, query: neverCalled, close: neverCalled },
        destination: connection,
        limiter: new Limiter({ requestsPerSecond: 0, concurrency }, systemClock),
        store,
        workDir: '',
        cacheDir: '',
        memoryMiB: 512,
        clock: systemClock,
        lease: { epoch: 1n, assertTrusted: () => undefined },
        onProgress: () => undefined,
        signal,
      },
      runId: 'run',
      unsent: [],
    },
  );
  await journal.close();
  await connection.close();
  if (failure) throw failure;
  if (meter.counts.sent !== of.rows || outcomes.answered.length !== 1)
    throw new Error(`Only ${meter.counts.sent} rows were sent.`);
}

async function neverCalled(): Promise<never> {
  throw new Error('The delivery does not ask the source.');
}

async function sendBare(
  of: Case,
  records: readonly Record<string, unknown>[],
  sink: Sink,
): Promise<void> {
  const agent = new Agent({ connections: concurrency, pipelining: 1 });
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'run.1.added.0-100' };
  let at = 0;
  const work = async (): Promise<void> => {
    while (at < records.length) {
      const from = at;
      at += of.batchRows;
      const sent = of.batchRows === 1 ? records[from] : records.slice(from, at);
      const own = of.ownUrl ? `/${encodeURIComponent(String(records[from]?.['id']))}` : '';
      const { statusCode, body } = await ask(`${sink.url}/people${own}`, {
        dispatcher: agent,
        method: 'POST',
        headers,
        body: JSON.stringify(sent),
      });
      await body.text();
      if (statusCode !== 200) throw new Error(`The receiver answered ${statusCode}.`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await agent.close();
}

async function openSink(): Promise<Sink> {
  const { url, close } = await openChild('http-sink.js');
  const heard = async (): Promise<{ requests: number; bytes: number }> => {
    const { body } = await ask(url);
    return (await body.json()) as { requests: number; bytes: number };
  };
  return { url, heard, close };
}

interface Spent {
  ms: number;
  cpuMs: number;
}

async function spent(work: () => Promise<void>): Promise<Spent> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;
}
