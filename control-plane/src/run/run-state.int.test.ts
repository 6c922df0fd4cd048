import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { runStates, statesBefore } from './run-state.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

it('lets Postgres make exactly the moves of the table, whoever asks', async () => {
  const { database } = ground;
  await ground.apply(yamlOfSyncs(1));
  const id = await ground.start('sync-0');
  const pairs = runStates.flatMap((from) => runStates.map((to) => [from, to] as const));
  const made: string[] = [];
  const refused: string[] = [];
  for (const [from, to] of pairs) {
    // Only whoever owns the table can set a run into a state by force.
    await ground.asOwner(`
      alter table "Run" disable trigger "Run_moves";
      update "Run" set state = '${from}' where id = '${id}';
      alter table "Run" enable trigger "Run_moves"`);
    const moving = database.$executeRaw`update "Run" set state = ${to} where id = ${id}::uuid`;
    const refusal = await moving.then(
      () => '',
      (error: Error) => error.message,
    );
    if (refusal === '') made.push(`${from} → ${to}`);
    else refused.push(refusal);
  }
  for (const refusal of refused) expect(refusal).toMatch(/A run can not go from \w+ to \w+\./);
  // To stay is no move.
  const table = pairs.filter(([from, to]) => from === to || statesBefore(to).includes(from));
  expect(made).toEqual(table.map(([from, to]) => `${from} → ${to}`));
});
