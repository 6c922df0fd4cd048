import { makeDatabase } from '@drawbridge/local/testing/database.js';
import { verifyChain } from '@drawbridge/proto';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { grantRoles } from '../database/grant.js';
import { readMigrations } from '../database/migration-files.js';
import { exportedEntryOf } from '../trail/exported-entry.js';

const workspaceId = '5f0c5d3e-0000-4000-8000-000000000001';
const runId = '5f0c5d3e-0000-4000-8000-000000000002';

/** Two approvals of a control plane that had no chain yet, the later one written first. */
const formerEntries = `
  insert into "Workspace" (id, name) values ('${workspaceId}', 'acme');
  insert into "AuditEntry" (id, "workspaceId", action, "runId", "planDigest", actor, "actorKind", "createdAt") values
    (gen_random_uuid(), '${workspaceId}', 'run.approve', '${runId}', 'b"2', 'Ada', 'session', '2026-11-24T20:00:00.250Z'),
    (gen_random_uuid(), '${workspaceId}', 'run.approve', '${runId}', 'a1', 'ci', 'key', '2026-11-24T19:00:00Z')`;

it('moves what was approved before into the chain, in order and with its times', async () => {
  const made = await makeDatabase(inject('postgresUrl'));
  const client = new pg.Client({ connectionString: made.url });
  await client.connect();
  for (const { path, migrationFile } of (await readMigrations()).migrationDirectories) {
    if (path.endsWith('_audit_chain')) await client.query(formerEntries);
    const { content } = migrationFile;
    if (content.tag === 'ok') await client.query(content.value);
  }
  await client.end();
  const config = new Config({ databaseUrl: made.url });
  await grantRoles(config);
  const database = new Database(config);
  const rows = await database.system.auditEntry.findMany({ orderBy: { sequence: 'asc' } });
  const entries = rows.map(exportedEntryOf);
  const approval = { action: 'run.approve', subject: { kind: 'run', id: runId, name: null } };
  expect(entries).toMatchObject([
    { ...approval, actor: { kind: 'key', name: 'ci' }, after: { planDigest: 'a1' } },
    {
      ...approval,
      actor: { kind: 'user', name: 'Ada' },
      after: { planDigest: 'b"2' },
      createdAt: '2026-11-24T20:00:00.250Z',
    },
  ]);
  expect(await verifyChain(entries)).toMatchObject({ kind: 'whole', entries: 2, first: 1 });
  await database.close();
  await made.close();
});
