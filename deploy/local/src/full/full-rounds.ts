import { changeWarehouse } from '../demo/changes.js';
import type { Changes } from '../demo/changes.js';
import type { Databases } from '../demo/databases.js';
import { findingsOf } from '../demo/findings.js';
import type { Warehouse } from '../demo/ground.js';
import { count, runLine } from '../demo/report.js';
import { runSync } from '../demo/run.js';
import type { Graphql } from '../graphql.js';
import { citiesOf, compare } from './arrival.js';
import type { Arrival, Cities, City } from './arrival.js';
import { rowsIn } from './slack.js';
import type { Slack } from './slack.js';

export interface Stage {
  graphql: Graphql;
  databases: Databases;
  warehouse: Pick<Warehouse, 'follow'>;
  arrivals: readonly Arrival[];
  slack: Slack;
  say: (line: string) => void;
}

/** Run, change, run, compare. Gives what is wrong, in words: nothing when every row arrived. */
export async function playFullRounds(stage: Stage): Promise<string[]> {
  return [...(await playFirstRound(stage)), ...(await playChangedRound(stage))];
}

export async function playFirstRound(stage: Stage): Promise<string[]> {
  stage.say('1. First run: everything travels');
  return [...(await runAll(stage)), ...(await tell(stage)), ...(await compareAll(stage))];
}

/** May be played again and again. */
export async function playChangedRound(stage: Stage): Promise<string[]> {
  const { databases, warehouse, say } = stage;
  say('2. Some hundred rows of the warehouse are updated, inserted and deleted');
  const changes = (await changeWarehouse(databases.warehouse))[sameQuery];
  if (!changes) throw new Error(`Nobody counted the changes of ${sameQuery}.`);
  await warehouse.follow();
  const { added, changed, removed } = changes;
  say(`   ${added} added, ${changed} changed, ${removed} removed in the query`);
  say('3. Second run: exactly those travel');
  const findings = [...(await runAll(stage, changes)), ...(await tell(stage, changes))];
  say('4. Every destination asked what it has');
  return [...findings, ...(await compareAll(stage))];
}

/** Of the other demo; its model is this one's. */
const sameQuery = 'large-cities-to-receiver';

async function runAll(stage: Stage, expected?: Changes): Promise<string[]> {
  const findings: string[] = [];
  for (const { sync } of stage.arrivals) {
    const run = await runSync(stage.graphql, sync);
    stage.say(runLine(run));
    findings.push(...findingsOf(run, expected).map((finding) => `${sync}: ${finding}`));
  }
  return findings;
}

/** The feed: nothing at first, then every change, once. */
async function tell({ graphql, slack, say }: Stage, changes?: Changes): Promise<string[]> {
  const before = slack.messages.length;
  const run = await runSync(graphql, slack.sync);
  say(runLine(run));
  const wanted = changes ? changes.added + changes.changed + changes.removed : 0;
  const messages = slack.messages.slice(before);
  const rows = messages.flatMap(rowsIn);
  say(`   ${'Slack, #cities'.padEnd(34)}${messages.length} messages, ${rows.length} rows told of`);
  for (const message of messages.slice(0, 3))
    say(`     ${message.text.split('\n')[0]}: ${rowsIn(message)[0]?.join(' | ') ?? ''} …`);
  const findings = changes
    ? findingsOf(run, changes)
    : [run.state].filter((state) => state !== 'succeeded');
  if (rows.length !== wanted) findings.push(`${rows.length} rows told of, not ${wanted}`);
  return findings.map((finding) => `${slack.sync}: ${finding}`);
}

async function compareAll({ databases, arrivals, say }: Stage): Promise<string[]> {
  const wanted = await citiesIn(databases);
  const findings: string[] = [];
  for (const { sync, what, cities } of arrivals) {
    const there = await cities();
    const { missing, surplus } = compare(wanted, there);
    const isEqual = missing + surplus === 0;
    say(
      `   ${what.padEnd(34)}${count(there.size)} cities, ${isEqual ? 'as the warehouse has them' : 'DIFFERENT'}`,
    );
    if (!isEqual)
      findings.push(`${sync}: ${missing} cities missing or different, ${surplus} too many`);
  }
  return findings;
}

async function citiesIn({ warehouse }: Databases): Promise<Cities> {
  const { rows } = await warehouse.query<City>(
    'select city_id as id, name, country, population from geo.city where population >= 100000',
  );
  return citiesOf(rows);
}
