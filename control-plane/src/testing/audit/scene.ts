import { randomBytes, randomUUID } from 'node:crypto';
import { openTestApp, type TestApp, type Workspace } from '../test-app.js';
import { firstFiles, type Found } from './deeds.js';

/** A workspace with one of everything, and its owner in a browser. */
export interface Scene {
  test: TestApp;
  workspace: Workspace;
  cookie: Record<string, string>;
  found: Found;
}

export async function openScene(postgresUrl: string): Promise<Scene> {
  const test = await openTestApp(postgresUrl, {
    signUp: 'open',
    webhookNetworks: ['127.0.0.1'],
  });
  const workspace = await test.makeWorkspace('ours', 'owner@example.com');
  const cookie = await cookieOf(test, workspace);
  await test.ask(
    cookie,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: firstFiles },
  );
  const other = await test.makeWorkspace('other', 'somebody@example.com');
  const people = await makePeople(test, workspace, other);
  const things = await makeThings(test, workspace);
  return { test, workspace, cookie, found: { other: other.id, ...people, ...things } };
}

async function cookieOf(test: TestApp, { signInLink }: Workspace): Promise<Record<string, string>> {
  const { pathname, search } = new URL(signInLink);
  const response = await fetch(`${test.url}${pathname}${search}`, { redirect: 'manual' });
  const cookie = response.headers.getSetCookie().map((one) => one.split(';')[0]);
  if (cookie.length === 0) throw new Error('Nobody was signed in.');
  return { cookie: cookie.join('; ') };
}

async function makePeople({ database }: TestApp, ours: Workspace, other: Workspace) {
  const owner = await database.user.findFirstOrThrow({ where: { email: 'owner@example.com' } });
  const guest = await database.user.findFirstOrThrow({ where: { email: 'somebody@example.com' } });
  await database.member.create({
    data: { workspaceId: other.id, userId: owner.id, role: 'owner' },
  });
  const { id: member } = await database.member.create({
    data: { workspaceId: ours.id, userId: guest.id, role: 'viewer' },
  });
  const session = randomUUID();
  for (const id of [session, randomUUID()])
    await database.session.create({
      data: { id, userId: owner.id, token: id, expiresAt: new Date('2999-01-01') },
    });
  const { id: passkey } = await database.passkey.create({
    data: {
      userId: owner.id,
      name: 'laptop',
      credentialId: randomUUID(),
      publicKey: new Uint8Array(32),
      counter: 0,
    },
  });
  const { id: invitation } = await database.invitation.create({
    data: {
      workspaceId: ours.id,
      email: 'invited@example.com',
      role: 'viewer',
      invitedBy: 'owner',
      hash: randomBytes(32),
      expiresAt: new Date('2999-01-01'),
    },
  });
  return { member, session, passkey, invitation };
}

async function makeThings({ database }: TestApp, { id: workspaceId }: Workspace) {
  const pool = await database.pool.findFirstOrThrow({ where: { workspaceId } });
  const agent = await database.agent.create({
    data: { workspaceId, poolId: pool.id, publicKey: new Uint8Array(91) },
  });
  const key = await database.apiKey.create({
    data: { workspaceId, name: 'old', role: 'viewer', hash: randomBytes(32) },
  });
  const hook = { name: 'old', url: 'https://hooks.example.com/', kinds: ['run.parked'] };
  const channel = await database.channel.create({ data: { workspaceId, ...hook } });
  const delivery = await database.delivery.create({
    data: { workspaceId, channelId: channel.id, kind: 'run.parked', body: '{}', state: 'dead' },
  });
  // Of what is there, or it would be withdrawn.
  const sync = await database.sync.findFirstOrThrow({ where: { workspaceId } });
  const alert = await database.alert.create({
    data: {
      workspaceId,
      rule: 'failed',
      kind: 'failed',
      severity: 'error',
      subjectId: sync.id,
      syncId: sync.id,
      why: {},
    },
  });
  const ids = { agent, key, channel, delivery, alert };
  return Object.fromEntries(Object.entries(ids).map(([name, { id }]) => [name, id]));
}
