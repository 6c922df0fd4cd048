// Salesforce at scale, through the real engine, from Postgres: a first run by Bulk API 2.0, then a first run of agents
// that are killed around a job and while it runs, until one comes to its end, then 1,500 changes by sObject Collections. The server refuses
// one row in a hundred, locks one in a thousand at first, and ends the session once in each run. Every row must be
// accounted for, each refused one with its reason, and none may be sent a second time that was answered for.
//
// The agent is a process of its own, for each run a new one; so is the bucket. The server is in this one.
//
//   npm run bench:salesforce -- [--rows 1m] [--changes 1500] [--killed 300k] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPostgres } from '@drawbridge/local/bench/bench-postgres.js';
import { rowCountOf } from '@drawbridge/local/bench/row-count.js';
import { openPostgresFixture } from '../postgres.js';
import type { PostgresFixture } from '../postgres.js';
import { openSalesforceServer } from '../salesforce/server.js';
import type { SalesforceServer } from '../salesforce/server.js';
import { openChild } from './child.js';
import { accountObject, accounts, changeSql, contactObject, tableSql } from './salesforce-case.js';
import { SalesforceRuns } from './salesforce-runs.js';
import type { Told } from './salesforce-runs.js';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1m' },
    changes: { type: 'string', default: '1500' },
    killed: { type: 'string', default: '300k' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const usage =
  'Usage: npm run bench:salesforce -- [--rows 1m] [--changes 1500] [--killed 300k] [--json]';

if (flags.help) console.log(usage);
else await withPostgres(main);

async function main(postgresUrl: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-salesforce-'));
  const bucket = await openChild('bucket-process.js', [directory]);
  const fixture = await openPostgresFixture(postgresUrl);
  const server = await openServer();
  try {
    await fill(fixture);
    const runs = new SalesforceRuns({ server, fixture, bucketUrl: bucket.url, directory });
    const measured = await measure(runs, server, fixture);
    if (flags.json) console.log(JSON.stringify({ ...measured.bulk, ...measured }));
  } finally {
    await server.close();
    await fixture.close();
    bucket.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function openServer(): Promise<SalesforceServer> {
  const server = await openSalesforceServer({
    objects: [accountObject, contactObject('Contact'), contactObject('Lead')],
  });
  server.seed(
    'Account',
    Array.from({ length: accounts }, (_, n) => ({ Name: `${n}`, ExtId__c: `account-${n}` })),
  );
  return server;
}

async function fill({ client }: PostgresFixture): Promise<void> {
  await client.query(tableSql(rowCountOf(flags.rows)));
  await client.query('alter table contact add primary key (id)');
  await client.query('vacuum analyze contact');
}

interface Measured {
  bulk: Told;
  collections: Told;
  killed: Told;
}

async function measure(
  runs: SalesforceRuns,
  server: SalesforceServer,
  { client }: PostgresFixture,
): Promise<Measured> {
  const rows = rowCountOf(flags.rows);
  server.trouble({ kind: 'expire' }, { like: /^PUT .*batches/, skip: rows > 250_000 ? 1 : 0 });
  const bulk = say('bulk', await runs.first('Contact', rows));
  server.trouble({ kind: 'expire' }, { like: /^GET .*successfulResults/ });
  const killedRows = Math.min(rows, rowCountOf(flags.killed));
  const killed = say('killed', await runs.killed('Lead', killedRows));
  const changes = Math.min(rowCountOf(flags.changes), Math.floor(rows * 0.9));
  await client.query(changeSql(changes));
  server.trouble({ kind: 'expire' }, { like: /^PATCH .*composite/, skip: 2 });
  const collections = say('collections', await runs.changed('Contact', changes));
  return { bulk, collections, killed };
}

function say(name: string, told: Told): Told {
  const print = flags.json ? console.error : console.log;
  print(
    `${name.padEnd(11)}  ${told.rows} rows: ${told.sent} sent, ${told.rejected} rejected, ${told.locked} locked at first; ` +
      `${told.seconds} s, ${told.rowsPerSecond} rows/s, agent's peak ${told.peakMiB} MiB` +
      (told.resumed === undefined ? '' : `, ${told.resumed} rows known from before the kill`),
  );
  return told;
}
