import type { Graphql } from '../graphql.js';
import { changeWarehouse } from './changes.js';
import { compareSides } from './comparison.js';
import type { Databases } from './databases.js';
import { demoSyncs } from './demo-sync.js';
import { differencesOf, findingsOf } from './findings.js';
import type { Warehouse } from './ground.js';
import { changesLine, comparisonLine, runLine } from './report.js';
import { runSync } from './run.js';
import type { Changes } from './changes.js';

interface Stage {
  graphql: Graphql;
  databases: Databases;
  warehouse: Pick<Warehouse, 'follow'>;
  say: (line: string) => void;
  isFirstStart: boolean;
}

/** Run, change, run, compare. Gives what is wrong, in words: nothing when every row arrived. */
export async function playRounds(stage: Stage): Promise<string[]> {
  const { databases, warehouse, say, isFirstStart } = stage;
  say(
    isFirstStart ? '1. First run: everything travels' : '1. Run: what has changed since last time',
  );
  const first = await runAll(stage);
  say('2. Some hundred rows of the warehouse are updated, inserted and deleted');
  const changes = await changeWarehouse(databases.warehouse);
  await warehouse.follow();
  for (const sync of demoSyncs)
    say(changesLine(sync, changes[sync.name] ?? { added: 0, changed: 0, removed: 0 }));
  say('3. Second run: exactly those travel');
  const second = await runAll(stage, changes);
  say('4. Both sides compared, by the databases themselves');
  return [...first, ...second, ...(await compareAll(stage))];
}

async function runAll(stage: Stage, expected?: Record<string, Changes>): Promise<string[]> {
  const findings: string[] = [];
  for (const { name } of demoSyncs) {
    const run = await runSync(stage.graphql, name);
    stage.say(runLine(run));
    findings.push(...findingsOf(run, expected?.[name]).map((finding) => `${name}: ${finding}`));
  }
  return findings;
}

async function compareAll({ databases, say }: Stage): Promise<string[]> {
  const findings: string[] = [];
  for (const sync of demoSyncs) {
    const comparison = await compareSides(databases, sync);
    say(comparisonLine(sync, comparison));
    findings.push(...differencesOf(comparison).map((finding) => `${sync.name}: ${finding}`));
  }
  return findings;
}
