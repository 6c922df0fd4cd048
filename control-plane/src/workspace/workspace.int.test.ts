import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { openGround, type Ground } from '../job/testing/ground.js';
import { WorkspaceService } from './workspace.service.js';

let ground: Ground;
let workspaces: WorkspaceService;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  workspaces = new WorkspaceService(ground.tenancy);
});
afterEach(() => ground.close());

it('changes what it is told, leaves the rest, and writes down what was before', async () => {
  const { caller, database } = ground;
  expect(await workspaces.current(caller)).toMatchObject({
    retentionDays: 400,
    auditRetentionDays: 2_557,
    maxLeasedRuns: null,
  });
  await workspaces.update(caller, { name: ' acme ', maxLeasedRuns: 3 });
  await workspaces.update(caller, { retentionDays: 90, maxLeasedRuns: null });
  expect(await workspaces.update(caller, {})).toEqual({
    id: caller.workspaceId,
    name: 'acme',
    retentionDays: 90,
    auditRetentionDays: 2_557,
    maxLeasedRuns: null,
  });
  const entries = await database.auditEntry.findMany({ orderBy: { sequence: 'asc' } });
  expect(entries).toHaveLength(2);
  expect(JSON.parse(entries[1]?.before ?? '')).toMatchObject({
    retentionDays: 400,
    maxLeasedRuns: 3,
  });
  expect(JSON.parse(entries[1]?.after ?? '')).toMatchObject({
    retentionDays: 90,
    maxLeasedRuns: null,
  });
});

it('refuses what is out of bounds, and so does the database', async () => {
  const { caller, database } = ground;
  const wrong = { auditRetentionDays: 365, retentionDays: 1 };
  const code = 'workspace.bad_setting';
  await expect(workspaces.update(caller, wrong)).rejects.toMatchObject({ code });
  await expect(database.workspace.updateMany({ data: wrong })).rejects.toThrow(
    /Workspace_audit_retention/,
  );
});

it('takes no name that another one has', async () => {
  const stranger = await ground.makeWorkspace();
  await workspaces.update(stranger, { name: 'taken' });
  await expect(workspaces.update(ground.caller, { name: 'taken' })).rejects.toMatchObject({
    code: 'workspace.name_taken',
  });
});
