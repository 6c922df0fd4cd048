import { randomBytes, randomUUID } from 'node:crypto';
import { roles, type Role } from '../../auth/role.js';
import { openTestApp, type TestApp, type Workspace } from '../test-app.js';

/** Who knocks, and what comes of it: a role's own answer, or the same refusal for every field. */
export interface Knocker {
  name: string;
  headers: Record<string, string>;
  expects: Role | 'auth.required' | 'auth.bad_key';
}

export interface Stand {
  test: TestApp;
  ours: Workspace;
  theirs: Workspace;
  knockers: Knocker[];
  ourRun: string;
  ourAgent: string;
  /** Ids and names that only the other workspace has. */
  theirMarks: string[];
}

const yaml = (mark: string): string => `
sources:
  ${mark}-source: { type: postgres, settings: { host: db.internal }, secrets: { password: "env:WAREHOUSE" } }
destinations:
  ${mark}-destination: { type: postgres, settings: { host: app.internal } }
models:
  ${mark}-model: { source: ${mark}-source, primaryKey: [id], table: public.person }
syncs:
  ${mark}-sync: { model: ${mark}-model, destination: ${mark}-destination, object: public.${mark}, mode: upsert, key: { id: id }, fields: { name: name } }
`;

/** Two tenants with one of everything each, and everybody who could knock at the first one's door. */
export async function openStand(postgresUrl: string): Promise<Stand> {
  const test = await openTestApp(postgresUrl);
  const ours = await test.makeWorkspace('ours');
  const theirs = await test.makeWorkspace('theirs');
  const { runId, agentId } = await fill(test, ours, 'ours');
  const other = await fill(test, theirs, 'theirs');
  return {
    test,
    ours,
    theirs,
    knockers: await knockersAt(test, ours),
    ourRun: runId,
    ourAgent: agentId,
    theirMarks: [
      ...Object.values(other),
      ...['source', 'destination', 'model', 'sync'].map((kind) => `theirs-${kind}`),
      ...(await keyIds(test, theirs)),
    ],
  };
}

async function fill(test: TestApp, workspace: Workspace, mark: string) {
  const files = [{ path: 'all.yaml', text: yaml(mark) }];
  await test.ask(
    workspace,
    'mutation ($files: [ConfigurationFileInput!]!) { applyConfiguration(input: { files: $files }) { applied } }',
    { files },
  );
  await test.makeToken(workspace, `${mark}-pool`);
  const workspaceId = workspace.id;
  const pool = await test.database.pool.findFirstOrThrow({
    where: { workspaceId, name: `${mark}-pool` },
  });
  const { id: agentId } = await test.database.agent.create({
    data: { workspaceId, poolId: pool.id, publicKey: new Uint8Array(91) },
  });
  const { data } = await test.ask<{ startRun: { run: { id: string } } }>(
    workspace,
    'mutation ($sync: String!) { startRun(input: { sync: $sync }) { run { id } } }',
    { sync: `${mark}-sync` },
  );
  if (!data) throw new Error(`The run of ${mark} did not start.`);
  const sent = await makeChannel(test, workspace, `${mark}-channel`);
  const people = await makePeople(test, workspace, `${mark}-guest@example.com`);
  return {
    ...people,
    runId: data.startRun.run.id,
    agentId,
    poolId: pool.id,
    pool: pool.name,
    ...sent,
  };
}

/** Its owner, and somebody who is invited. */
async function makePeople({ database }: TestApp, { id: workspaceId }: Workspace, guest: string) {
  const { id: memberId } = await database.member.findFirstOrThrow({ where: { workspaceId } });
  const { id: invitationId } = await database.invitation.create({
    data: {
      workspaceId,
      email: guest,
      role: 'viewer',
      invitedBy: 'owner',
      hash: randomBytes(32),
      expiresAt: new Date('2999-01-01'),
    },
  });
  return { memberId, invitationId, guest };
}

/** Switched off, and what it should have been told is over: nothing leaves, and nothing changes of its own accord. */
async function makeChannel({ database }: TestApp, { id: workspaceId }: Workspace, channel: string) {
  const over = new Date();
  const url = `https://hooks.example.com/${channel}`;
  const { id: channelId } = await database.channel.create({
    data: { workspaceId, name: channel, url, kinds: ['run.started'], disabledAt: over },
  });
  const { id: deliveryId } = await database.delivery.create({
    data: {
      workspaceId,
      channelId,
      kind: 'run.started',
      body: '{}',
      state: 'dead',
      settledAt: over,
    },
  });
  return { channel, channelId, deliveryId };
}

const keyIds = async (test: TestApp, { id: workspaceId }: Workspace): Promise<string[]> =>
  (await test.database.apiKey.findMany({ where: { workspaceId } })).map(({ id }) => id);

async function knockersAt(test: TestApp, ours: Workspace): Promise<Knocker[]> {
  const keyed = async (name: string, role: Role): Promise<Record<string, string>> => {
    const { data } = await test.ask<{ createApiKey: { key: string } }>(
      ours,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { name, role } },
    );
    return { authorization: `Bearer ${data?.createApiKey.key ?? ''}` };
  };
  const where = (name: string) => ({ where: { workspaceId_name: { workspaceId: ours.id, name } } });
  const { apiKey } = test.database;
  const byRole: Knocker[] = [];
  for (const role of roles)
    byRole.push({ name: role, headers: await keyed(role, role), expects: role });
  const expired = await keyed('expired', 'owner');
  await apiKey.update({ ...where('expired'), data: { expiresAt: new Date(0) } });
  const unknown = await keyed('unknown role', 'owner');
  await apiKey.update({ ...where('unknown role'), data: { role: 'nobody' } });
  const revoked = await keyed('revoked', 'owner');
  await apiKey.delete(where('revoked'));
  return [
    ...byRole,
    { name: 'no session', headers: {}, expects: 'auth.required' },
    { name: 'no role', headers: await memberOfNothing(test), expects: 'auth.required' },
    { name: 'expired key', headers: expired, expects: 'auth.bad_key' },
    { name: 'revoked key', headers: revoked, expects: 'auth.bad_key' },
    { name: 'key of an unknown role', headers: unknown, expects: 'auth.bad_key' },
  ];
}

/** Signed in, and a member of no workspace. */
async function memberOfNothing(test: TestApp): Promise<Record<string, string>> {
  const email = `${randomUUID()}@example.com`;
  const left = await test.makeWorkspace('left', email);
  const { pathname, search } = new URL(left.signInLink);
  const response = await fetch(`${test.url}${pathname}${search}`, { redirect: 'manual' });
  const cookie = response.headers.getSetCookie().map((one) => one.split(';')[0]);
  if (cookie.length === 0) throw new Error('Nobody was signed in.');
  await test.database.member.deleteMany({ where: { workspaceId: left.id } });
  return { cookie: cookie.join('; ') };
}
