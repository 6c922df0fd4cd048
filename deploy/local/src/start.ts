// `npm start`: the whole product on this machine with demo data. See deploy/local/demo for what it syncs.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DemoError, UsageError } from './demo/demo-error.js';
import { openDemo } from './demo/demo.js';
import type { Demo } from './demo/demo.js';
import type { DemoOptions } from './demo/ground.js';
import { Openings } from './demo/openings.js';
import { count } from './demo/report.js';
import { playRounds } from './demo/rounds.js';
import { openFullDemo } from './full/full-demo.js';
import { playFullRounds } from './full/full-rounds.js';
import type { Product } from './product.js';
import { lastLines } from './program.js';

const usage = `Runs Drawbridge on this machine: Postgres, a bucket, the control plane with its UI, an agent, and demo data.

  npm start                           runs the demo's syncs, prints what travelled, and stays up until ctrl-C
  npm start -- --exit                 stops after the syncs; exit code 0 only if every row arrived
  npm start -- --warehouse snowflake  the same from Snowflake's test server instead of Postgres, in
                                      DRAWBRIDGE_HOME/snowflake
  npm start -- --demo full            one model, from Snowflake, to Salesforce, Slack, Redis and S3 files, on test
                                      servers of these; begins anew each time, in DRAWBRIDGE_HOME/full.
                                      With --warehouse postgres, from Postgres

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
    await run(flags);
  } catch (error) {
    if (openings.isClosing) return;
    console.error(`\n${error instanceof DemoError ? error.message : describe(error)}`);
    await end(error instanceof UsageError ? 2 : 1);
  }
}

interface Flags {
  exit: boolean;
  help: boolean;
  demo: string;
  warehouse: string;
}

function readFlags(): Flags {
  try {
    const { values } = parseArgs({
      options: {
        exit: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        demo: { type: 'string', default: 'cities' },
        warehouse: { type: 'string' },
      },
    });
    const { warehouse = values.demo === 'full' ? 'snowflake' : 'postgres' } = values;
    requireOneOf('demo', values.demo, ['cities', 'full']);
    requireOneOf('warehouse', warehouse, ['postgres', 'snowflake']);
    return { ...values, warehouse };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

function requireOneOf(flag: string, value: string, known: readonly string[]): void {
  if (!known.includes(value))
    throw new UsageError(`--${flag} must be one of ${known.join(', ')}; it is "${value}".`);
}

async function run(flags: Flags): Promise<void> {
  const began = performance.now();
  const options = {
    home: resolve(process.env['DRAWBRIDGE_HOME'] || '.drawbridge'),
    port: portOf(process.env['PORT']),
    warehouse: flags.warehouse === 'snowflake' ? 'snowflake' : 'postgres',
    openings,
    say: console.log,
  } as const;
  const { findings, printDoors } = await (flags.demo === 'full'
    ? playFull(options)
    : playCities(options));
  if (findings.length > 0) console.error(`\nNot every row arrived:\n  ${findings.join('\n  ')}`);
  else
    console.log(`Every row arrived. ${((performance.now() - began) / 1000).toFixed(1)} s in all.`);
  if (flags.exit) return end(findings.length > 0 ? 1 : 0);
  printDoors();
}

interface Played {
  findings: readonly string[];
  /** Where a person can go on looking. */
  printDoors: () => void;
}

async function playCities(options: DemoOptions): Promise<Played> {
  const demo = await openDemo(options);
  const { product, databases, warehouse, receiver, configuration, isFirstStart } = demo;
  watch(demo);
  await describeWarehouse(demo);
  const { graphql } = product;
  const findings = await playRounds({
    graphql,
    databases,
    warehouse,
    say: console.log,
    isFirstStart,
  });
  const printDoors = (): void =>
    doors(product, [
      ['What the endpoint received', receiver.url],
      ['Configuration', configuration],
    ]);
  return { findings, printDoors };
}

async function playFull(options: DemoOptions): Promise<Played> {
  const demo = await openFullDemo(options);
  const { product, databases, warehouse, servers, arrivals, slack, configuration } = demo;
  watch(demo);
  for (const { name, exited } of servers) void mourn(exited, async () => `${name} stopped.`);
  await describeWarehouse({ databases, warehouse, isFirstStart: true });
  const { graphql } = product;
  const findings = await playFullRounds({
    graphql,
    databases,
    warehouse,
    arrivals,
    slack,
    say: console.log,
  });
  const printDoors = (): void =>
    doors(product, [
      ...arrivals.map(({ what, where }) => [what, where] as const),
      ['Slack, #cities', slack.logFile],
      ['Configuration', configuration],
    ]);
  return { findings, printDoors };
}

function portOf(text: string | undefined): number {
  const port = Number(text || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`PORT must be a number from 1 to 65535; it is "${text}".`);
  return port;
}

async function describeWarehouse({
  databases,
  warehouse,
  isFirstStart,
}: Pick<Demo, 'databases' | 'warehouse' | 'isFirstStart'>): Promise<void> {
  const { rows } = await databases.warehouse.query<{ rows: number }>(
    'select count(*)::int as rows from geo.city',
  );
  console.log(
    `\nThe warehouse (${warehouse.label}) ${isFirstStart ? 'was filled with' : 'has'} ${count(rows[0]?.rows ?? 0)} cities of the world (GeoNames, CC BY 4.0).`,
  );
}

function doors(product: Product, more: readonly (readonly [string, string])[]): void {
  const url = product.url.replace('127.0.0.1', 'localhost');
  const lines = [
    ['Sign in (once, within an hour)', product.signInLink],
    ...more,
    ['Command line', `export DRAWBRIDGE_URL=${url} DRAWBRIDGE_TOKEN=${product.apiKey}`],
    ['', 'npx drawbridge runs'],
    ['Mail', product.mailFolder],
  ].map(([what = '', where = '']) => `${what.padEnd(32)}${where}`);
  console.log(`
${lines.join('\n')}

Running. Stop with ctrl-C; ${more.length > 2 ? 'the next start of this demo begins anew' : 'the next npm start finds everything again'}.`);
}

/** A program that ends although nobody asked it to ends the demo, and says its last words. */
function watch({
  product,
  postgres,
  warehouse,
}: Pick<Demo, 'product' | 'postgres' | 'warehouse'>): void {
  const { server } = warehouse;
  if (server) void mourn(server.exited, async () => `${server.name} stopped.`);
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
