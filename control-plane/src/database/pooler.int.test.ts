import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { Config } from '../config.js';
import { openApp } from '../open-app.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { SteadyAgent } from '../testing/steady-agent.js';
import { testSecret } from '../testing/test-secret.js';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';
import { Database } from './database.js';
import { prepareDatabase } from './prepare.js';
import { urlOfRole } from './role.js';
import { hammer, hammerNameless, Seen } from './testing/hammer.js';
import { hasPgBouncer, openPgBouncer, whyNoPgBouncer } from './testing/pgbouncer.js';

/** That PgBouncer has for each role, and two replicas with ten each share. */
const connections = 2;

describe.skipIf(!hasPgBouncer)(`two replicas behind PgBouncer${whyNoPgBouncer}`, () => {
  let here: TestApp;
  let there: NestFastifyApplication;
  let mine: Workspace;
  let theirs: Workspace;
  let databases: Database[];
  beforeAll(async () => {
    here = await openTestApp(inject('postgresUrl'), { heartbeatMs: 300 }, (config) =>
      openPgBouncer(config, connections),
    );
    there = await openApp(here.config, false);
    await there.listen(0, '127.0.0.1');
    databases = [here.app, there].map((app) => app.get(Database));
    mine = await here.makeWorkspace('mine');
    theirs = await here.makeWorkspace('theirs');
    for (const workspace of [mine, theirs]) await here.makeToken(workspace);
  });
  afterAll(async () => {
    await there?.close();
    await here?.close();
  });

  it('do runs that are started here by agents that are there', async () => {
    const agent = await FakeAgent.connect(await there.getUrl());
    await agent.enroll(await here.makeToken(mine));
    agent.vanish();
    const url = await there.getUrl();
    const steady = new SteadyAgent(() => url, agent.identity, { slots: 4, workMs: () => 5 });
    steady.start();
    const files = [{ path: 'test.yaml', text: yamlOfSyncs(12) }];
    await here.ask(
      mine,
      'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
      { input: { files } },
    );
    const starts = Array.from({ length: 12 }, (_, n) =>
      here.ask(mine, `mutation { startRun(input: { sync: "sync-${n}" }) { run { id } } }`),
    );
    for (const { errors } of await Promise.all(starts)) expect(errors).toBeUndefined();
    await vi.waitFor(async () => {
      const ended = await here.database.run.groupBy({ by: ['state'], _count: true });
      expect(ended).toEqual([{ state: 'succeeded', _count: 12 }]);
    }, 30_000);
    await steady.close();
    const standing = await (await fetch(`${here.url}/readyz`)).json();
    expect(standing).toEqual({ status: 'ok' });
  });

  it('show no workspace a row of another one, however hard both hammer', async () => {
    const seen = new Seen();
    const hammering = databases.flatMap((database) =>
      [mine, theirs].flatMap(({ id }) => [1, 2, 3].map(() => hammer(database.of(id), id, seen))),
    );
    await Promise.all([...hammering, hammerNameless(here.config, seen)]);
    expect(seen.foreign).toEqual([]);
    expect(seen.looks).toBeGreaterThan(500);
    // They did share, or this proves nothing.
    const [ours, others] = [mine, theirs].map(({ id }) => [...(seen.backends.get(id) ?? [])]);
    expect(new Set([...ours!, ...others!]).size).toBeLessThanOrEqual(connections);
    expect(ours!.filter((pid) => others!.includes(pid))).not.toEqual([]);
  });

  it('have the limits that can not be said through it', async () => {
    const system = new pg.Client({ connectionString: urlOfRole(here.config, 'system') });
    await system.connect();
    const { rows } = await system.query('show statement_timeout');
    await system.end();
    expect(rows).toEqual([{ statement_timeout: '30s' }]);
  });

  it('refuse to start without a way around it, and leave no lock with a connection that it lends', async () => {
    const only = new Config({ databaseUrl: here.config.databaseUrl, secret: testSecret });
    const refused = { code: 'database.behind_pooler' };
    await expect(prepareDatabase(only)).rejects.toMatchObject(refused);
    await expect(prepareDatabase(only)).rejects.toMatchObject(refused);
    const locks = await here.database.$queryRaw`
      select pid, objid from pg_locks where locktype = 'advisory' and database = (
        select oid from pg_database where datname = current_database())`;
    expect(locks).toEqual([]);
  });

  it('would be caught with a name that outlives its transaction', async () => {
    const careless = new pg.Client({ connectionString: urlOfRole(here.config, 'tenant') });
    await careless.connect();
    await careless.query(`set drawbridge.workspace = '${mine.id}'`);
    await careless.end();
    const [nameless, named] = [new Seen(), new Seen()];
    await hammerNameless(here.config, nameless);
    expect(nameless.foreign.length).toBeGreaterThan(0);
    // Who names one sees that one even then.
    await hammer(databases[0]!.of(theirs.id), theirs.id, named);
    expect(named.foreign).toEqual([]);
  });
});
