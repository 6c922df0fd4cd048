import { makeDatabase } from '@drawbridge/local/testing/database.js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Config } from '../config.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { grantRoles, rolesAsSql } from './grant.js';
import { prepareDatabase } from './prepare.js';
import { nameOfRole, urlOfRole, type DatabaseRole } from './role.js';

let ground: Ground;
let theirs: Caller;
beforeAll(async () => {
  ground = await openGround(inject('postgresUrl'));
  await ground.apply(yamlOfSyncs(1));
  await ground.start('sync-0');
  theirs = await ground.makeWorkspace();
  for (const caller of [ground.caller, theirs])
    await ground.database.$transaction((tx) =>
      AuditService.record(tx, caller, { action: 'test.fill', subject: { kind: 'test' } }),
    );
});
afterAll(() => ground.close());

async function connectAs(role: DatabaseRole): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOfRole(ground.config, role) });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** What comes of a statement: how many rows it reached, or the code by which it was refused. */
const outcomeOf = async (client: pg.Client, sql: string): Promise<[string, unknown]> => [
  sql,
  await client.query(sql).then(
    ({ rowCount }) => rowCount,
    ({ code }: { code: string }) => code,
  ),
];
const refused = '42501';

/** Tables that hold what belongs to a workspace, and whether the database keeps workspaces apart in each. */
const guards = () =>
  ground.asOwner<{ name: string; isGuarded: boolean }>(`
    select c.relname as name, c.relrowsecurity and exists (
      select from pg_policy as p where p.polrelid = c.oid and p.polcmd = '*' and p.polqual is not null
        and p.polwithcheck is not null and p.polroles = array['${nameOfRole(ground.config, 'tenant')}'::regrole::oid]
      ) as "isGuarded"
    from pg_class as c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> 'Session' and (
      exists (select from pg_attribute where attrelid = c.oid and attname = 'workspaceId')
      or has_table_privilege('${nameOfRole(ground.config, 'tenant')}', c.oid, 'select, insert, update, delete'))`);

const unguarded = async (): Promise<string[]> =>
  (await guards()).filter(({ isGuarded }) => !isGuarded).map(({ name }) => name);

describe('a raw query as the role that works for one workspace', () => {
  it('sees no row without a workspace, and the rows of that one with it', async () => {
    const client = await connectAs('tenant');
    const tables = (await guards()).map(({ name }) => name);
    expect(tables.length).toBeGreaterThan(20);
    const idsIn = async (table: string): Promise<string[]> => {
      const column = { Workspace: 'id' }[table] ?? '"workspaceId"';
      const { rows } = await client.query<{ id: string }>(`select ${column} as id from "${table}"`);
      return rows.map(({ id }) => id);
    };
    const hanging = ['SyncVersion', 'Discovery', 'DeliveryAttempt', 'User'];
    const seen = new Map<string, number>();
    for (const sql of tables.map((table) => `select from "${table}"`))
      expect(await outcomeOf(client, sql)).toEqual([sql, 0]);
    await client.query(`set drawbridge.workspace = '${ground.caller.workspaceId}'`);
    for (const table of tables.filter((name) => !hanging.includes(name))) {
      const ids = await idsIn(table);
      seen.set(table, ids.length);
      expect([table, ...new Set(ids)]).toEqual(
        [table, ground.caller.workspaceId].slice(0, ids.length + 1),
      );
    }
    const filled = ['Workspace', 'Pool', 'Sync', 'Run', 'Job', 'AuditEntry', 'AuditHead'];
    expect(filled.filter((table) => !seen.get(table))).toEqual([]);
    expect((await client.query('select from "SyncVersion"')).rowCount).toBe(1);
    await client.query(`set drawbridge.workspace = '${theirs.workspaceId}'`);
    expect((await client.query('select from "SyncVersion"')).rowCount).toBe(0);
    expect(await idsIn('Pool')).toEqual([theirs.workspaceId]);
  });

  it('writes into no other one', async () => {
    const client = await connectAs('tenant');
    await client.query(`set drawbridge.workspace = '${ground.caller.workspaceId}'`);
    const id = theirs.workspaceId;
    const { rows } = await client.query<{ syncId: string }>('select "syncId" from "SyncVersion"');
    for (const sql of [
      `insert into "Pool" (id, "workspaceId", name) values (gen_random_uuid(), '${id}', 'mine')`,
      `update "Pool" set "workspaceId" = '${id}'`,
      `update "Sync" set "workspaceId" = '${id}'`,
      `insert into "Workspace" (id, name) values (gen_random_uuid(), 'new')`,
      `insert into "AuditEntry" (id, "workspaceId", "actorKind", actor, action, "subjectKind")
         values (gen_random_uuid(), '${id}', 'user', 'me', 'test.forge', 'test')`,
    ])
      expect(await outcomeOf(client, sql)).toEqual([sql, refused]);
    for (const sql of [
      `update "Workspace" set name = 'taken over' where id = '${id}'`,
      `update "Pool" set name = 'taken over' where "workspaceId" = '${id}'`,
      `delete from "Pool" where "workspaceId" = '${id}'`,
    ])
      expect(await outcomeOf(client, sql)).toEqual([sql, 0]);
    await client.query(`set drawbridge.workspace = '${id}'`);
    const other = `insert into "SyncVersion" ("syncId", version, spec, canonical, digest)
      values ('${rows[0]?.syncId}', 9, '{}', '', '')`;
    expect(await outcomeOf(client, other)).toEqual([other, refused]);
  });

  it.each(['tenant', 'system'] as const)('%s can not take the guard away', async (role) => {
    const client = await connectAs(role);
    await client.query(`set drawbridge.workspace = '${ground.caller.workspaceId}'`);
    const owner = new URL(ground.config.databaseUrl).username;
    for (const sql of [
      'alter table "Run" disable row level security',
      'alter table "AuditEntry" disable trigger all',
      `create policy more on "Run" to ${nameOfRole(ground.config, role)} using (true)`,
      'drop policy tenant_1 on "Run"',
      `set role ${owner}`,
      `set session authorization ${owner}`,
      `alter role ${nameOfRole(ground.config, role)} bypassrls`,
      `update "AuditEntry" set actor = 'me'`,
      'delete from "AuditEntry"',
      'truncate "AuditEntry"',
      'update "AuditHead" set sequence = 0',
      'delete from "AuditHead"',
      'insert into "_prisma_migrations" select',
      'create table "Mine" (id int)',
    ])
      expect(await outcomeOf(client, sql)).toEqual([sql, refused]);
    await client.query(`set drawbridge.audit_retention = 'on'`);
    expect((await outcomeOf(client, 'delete from "AuditEntry"')).at(1)).toBe(refused);
  });

  it('reaches nothing of how people sign in', async () => {
    const client = await connectAs('tenant');
    for (const table of ['Session', 'Account', 'Verification', 'RateLimit', 'SignInTry'])
      expect((await outcomeOf(client, `select from "${table}"`)).at(1)).toBe(refused);
  });
});

describe('a table that belongs to workspaces', () => {
  it('is guarded, each of them', async () => {
    expect(await unguarded()).toEqual([]);
  });

  it('is found without a guard when it is new, and gets one at the next start', async () => {
    await ground.asOwner(`
      create table "NewThing" (id int primary key, "workspaceId" uuid not null);
      create table "PartOfIt" (id int primary key, "thingId" int not null references "NewThing")`);
    onTestFinished(() => ground.asOwner('drop table "PartOfIt", "NewThing"').then(() => undefined));
    expect(await unguarded()).toEqual(['NewThing']);
    await grantRoles(ground.config);
    expect(await unguarded()).toEqual([]);
    const client = await connectAs('tenant');
    await client.query(`set drawbridge.workspace = '${ground.caller.workspaceId}'`);
    await client.query(`insert into "NewThing" values (1, '${ground.caller.workspaceId}')`);
    await client.query('insert into "PartOfIt" values (1, 1)');
    await client.query(`set drawbridge.workspace = '${theirs.workspaceId}'`);
    expect((await client.query('select from "PartOfIt"')).rowCount).toBe(0);
  });

  it('is left alone by a start that has nothing to do, whatever holds it meanwhile', async () => {
    const client = await connectAs('system');
    await client.query('begin; select from "Run", "Job", "AuditEntry" limit 1');
    await expect(grantRoles(ground.config)).resolves.toBeUndefined();
    await client.query('rollback');
  });
});

describe('the client of one workspace', () => {
  it('sees its own with queries that name none, also when another asks in the same moment', async () => {
    const [mine, other] = [ground.caller, theirs].map(({ workspaceId }) => ({
      workspaceId,
      client: ground.tenancy.of(workspaceId),
    }));
    for (const { client, workspaceId } of [mine!, other!])
      expect(await client.pool.findMany({ include: { workspace: true } })).toMatchObject([
        { workspaceId, workspace: { id: workspaceId } },
      ]);
    const asked = [mine!, other!, mine!].map(async ({ client, workspaceId }) => [
      workspaceId,
      (await client.workspace.findUnique({ where: { id: workspaceId } }))?.id,
    ]);
    for (const [wanted, found] of await Promise.all(asked)) expect(found).toBe(wanted);
    expect(await other!.client.run.count()).toBe(0);
    expect(await other!.client.$queryRaw`select from "Run"`).toEqual([]);
    expect(await other!.client.$executeRaw`update "Run" set phases = null`).toBe(0);
    expect(await mine!.client.$executeRaw`update "Run" set phases = null`).toBe(1);
    const seen = await mine!.client.$transaction(async (tx) => [
      await tx.pool.count(),
      await tx.run.count(),
    ]);
    expect(seen).toEqual([1, 1]);
  });

  it('goes on after a statement that failed, and leaves no name on the connection', async () => {
    const database = ground.tenancy.of(theirs.workspaceId);
    for (let n = 0; n < 12; n += 1)
      await expect(database.$queryRaw`select 1 / 0`).rejects.toThrow(/22012/);
    const failing = database.$transaction(async (tx) => {
      await tx.pool.create({ data: { workspaceId: ground.caller.workspaceId, name: 'mine' } });
    });
    await expect(failing).rejects.toThrow(/row-level security/);
    expect(await database.pool.count()).toBe(1);
    expect(() => ground.tenancy.of(`' or true --`)).toThrow(/UUID/);
  });
});

it('tells what to run when the owner may make no roles, and takes those that were made by hand', async () => {
  const server = new pg.Client({ connectionString: inject('postgresUrl') });
  await server.connect();
  const made = await makeDatabase(inject('postgresUrl'));
  const owner = `owner_of_${made.name}`;
  const url = Object.assign(new URL(made.url), { username: owner, password: 'x' });
  const config = new Config({ databaseUrl: url.href, secret: 'one' });
  try {
    await server.query(`create role ${owner} login password 'x'`);
    await server.query(`alter database ${made.name} owner to ${owner}`);
    await expect(prepareDatabase(config)).rejects.toMatchObject({ code: 'database.no_roles' });
    await server.query(rolesAsSql(config));
    await prepareDatabase(config);
    const another = new Config({ databaseUrl: url.href, secret: 'another' });
    await expect(grantRoles(another)).rejects.toMatchObject({ code: 'database.role_refused' });
    await server.query(`grant ${owner} to ${nameOfRole(config, 'tenant')}`);
    await expect(grantRoles(config)).rejects.toMatchObject({ code: 'database.mighty_role' });
    await server.query(`revoke ${owner} from ${nameOfRole(config, 'tenant')}`);
    await expect(grantRoles(config)).resolves.toBeUndefined();
  } finally {
    await made.close();
    await server.query(`drop role if exists ${owner}`);
    await server.end();
  }
});
