// `npm start`: the whole product on this machine with demo data. See deploy/local/demo for what it syncs.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DemoError, UsageError } from './demo/demo-error.js';
import { openDemo } from './demo/demo.js';
import type { Demo } from './demo/demo.js';
import { Openings } from './demo/openings.js';
import { count } from './demo/report.js';
import { playRounds } from './demo/rounds.js';
import { lastLines } from './program.js';

const usage = `Runs Drawbridge on this machine: Postgres, a bucket, the control plane with its UI, an agent, and demo data.

  npm start               runs the demo's syncs, prints what travelled, and stays up until ctrl-C
  npm start -- --exit     stops after the syncs; exit code 0 only if every row arrived

  PORT                    where the UI listens on this machine; 3000 unless set
  DRAWBRIDGE_HOME         folder for all state; .drawbridge unless set. Delete it to begin anew
  LOG_LEVEL               of the programs' logs in that folder; info unless set`;

const openings = new Openings();
await main();

async function main(): Promise<void> {
  try {
    const flags = readFlags();
    if (flags.help) {
      console.log(usage);
      return;
    }
    listenForEnd();
    await run(flags.exit);
  } catch (error) {
    if (openings.isClosing) return;
    console.error(`\n${error instanceof DemoError ? error.message : describe(error)}`);
    await end(error instanceof UsageError ? 2 : 1);
  }
}

function readFlags(): { exit: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        exit: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

async function run(isToExit: boolean): Promise<void> {
  const began = performance.now();
  const demo = await openDemo({
    home: resolve(process.env['DRAWBRIDGE_HOME'] || '.drawbridge'),
    port: portOf(process.env['PORT']),
    openings,
    say: console.log,
  });
  watch(demo);
  await describeWarehouse(demo);
  const findings = await playRounds({
    graphql: demo.product.graphql,
    databases: demo.databases,
    say: console.log,
    isFirstStart: demo.isFirstStart,
  });
  if (findings.length > 0) console.error(`\nNot every row arrived:\n  ${findings.join('\n  ')}`);
  else
    console.log(`Every row arrived. ${((performance.now() - began) / 1000).toFixed(1)} s in all.`);
  if (isToExit) return end(findings.length > 0 ? 1 : 0);
  printDoors(demo);
}

function portOf(text: string | undefined): number {
  const port = Number(text || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`PORT must be a number from 1 to 65535; it is "${text}".`);
  return port;
}

async function describeWarehouse({ databases, isFirstStart }: Demo): Promise<void> {
  const { rows } = await databases.warehouse.query<{ rows: number }>(
    'select count(*)::int as rows from geo.city',
  );
  console.log(
    `\nThe warehouse ${isFirstStart ? 'was filled with' : 'has'} ${count(rows[0]?.rows ?? 0)} cities of the world (GeoNames, CC BY 4.0).`,
  );
}

function printDoors({ product, receiver, configuration }: Demo): void {
  const url = product.url.replace('127.0.0.1', 'localhost');
  console.log(`
Sign in (once, within an hour)  ${product.signInLink}
What the endpoint received      ${receiver.url}
Configuration                   ${configuration}
Command line                    export DRAWBRIDGE_URL=${url} DRAWBRIDGE_TOKEN=${product.apiKey}
                                npx drawbridge runs

Running. Stop with ctrl-C; the next npm start finds everything again.`);
}

/** A program that ends although nobody asked it to ends the demo, and says its last words. */
function watch({ product, postgres }: Demo): void {
  for (const { name, exited, logFile } of [product.controlPlane, ...product.agents])
    void mourn(exited, async () => {
      return `The ${name} stopped. The end of ${logFile}:\n${await lastLines(logFile)}`;
    });
  void mourn(postgres.exited, async () => 'Postgres stopped.');
}

async function mourn(exited: Promise<void>, lastWords: () => Promise<string>): Promise<void> {
  await exited;
  if (openings.isClosing) return;
  console.error(`\n${await lastWords()}`);
  await end(1);
}

/** Ctrl-C reaches us from the terminal and again from npm; only one that comes later means "at once". */
function listenForEnd(): void {
  let firstAt: number | undefined;
  const stop = (): void => {
    if (firstAt !== undefined && performance.now() - firstAt > 1_000) process.exit(1);
    if (firstAt !== undefined) return;
    firstAt = performance.now();
    console.log('\nStopping …');
    void end(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // Whoever started us has a channel to us, which breaks when it dies.
  process.on('disconnect', stop);
  process.channel?.unref();
}

async function end(code: number): Promise<void> {
  await openings.close().catch((error: unknown) => console.error(describe(error)));
  process.exit(code);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
