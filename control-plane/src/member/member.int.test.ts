import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  enter,
  openHouse,
  password,
  secretIn,
  type House,
  type Visitor,
} from '../account/testing/visitor.js';
import { codesOf } from '../testing/test-app.js';

let house: House;
let ada: Visitor;
let workspace: string;
let count = 0;
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'));
});
beforeEach(async () => {
  workspace = `Acme ${(count += 1)}`;
  ada = await enter(house, `ada${count}@example.com`, workspace);
});
afterAll(() => house.close());

interface Row {
  id: string;
  email: string;
  role: string;
}

const ask = <Data = Record<string, unknown>>(
  who: Visitor | Record<string, string>,
  query: string,
  input?: object,
) =>
  house.test.ask<Data>(
    'cookies' in who && typeof who.cookies === 'function' ? who.cookies() : (who as never),
    query,
    input && { input },
  );

const invite = (who: Visitor, email: string, role: string) =>
  ask<{ inviteMember: { invitation: Row } }>(
    who,
    'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { invitation { id email role } } }',
    { email, role },
  );
const tokenFor = async (email: string) => secretIn(await house.mail.next(email))['token'] ?? '';
const membersOf = async (who: Visitor) =>
  (await ask<{ members: Row[] }>(who, '{ members { id email role } }')).data?.members ?? [];
const idOf = async (who: Visitor, email: string) =>
  (await membersOf(who)).find((member) => member.email === email)?.id ?? '';
const changeRole = (who: Visitor, id: string, role: string) =>
  ask(
    who,
    'mutation ($input: ChangeMemberRoleInput!) { changeMemberRole(input: $input) { member { role } } }',
    { id, role },
  );
const remove = (who: Visitor, id: string) =>
  ask<{ removeMember: { endedKeys: string[] } }>(
    who,
    'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { endedKeys } }',
    { id },
  );
const makeKey = async (who: Visitor | Record<string, string>, input: object) => {
  const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { id key } }';
  const { data } = await ask<{ createApiKey: { id: string; key: string } }>(who, query, input);
  return { id: data?.createApiKey.id ?? '', authorization: `Bearer ${data?.createApiKey.key}` };
};
const roleOf = async (who: Visitor | Record<string, string>) =>
  (await ask<{ viewer: { role: string } }>(who, '{ viewer { role } }')).data?.viewer.role;

/** Somebody who has an account elsewhere, invited by Ada and joined. */
async function joined(role: string): Promise<{ who: Visitor; email: string }> {
  const email = `guest${(count += 1)}@example.com`;
  const who = await enter(house, email, `Elsewhere ${count}`);
  await invite(ada, email, role);
  await who.post('/account/invitation/join', {
    token: await tokenFor(email),
    name: '',
    password: '',
  });
  return { who, email };
}

describe('an invitation', () => {
  it('makes a member of somebody new, who chooses a password', async () => {
    const email = `new${count}@example.com`;
    const { data } = await invite(ada, email, 'editor');
    expect(data?.inviteMember.invitation).toMatchObject({ email, role: 'editor' });
    const token = await tokenFor(email);
    const kept = JSON.stringify(await house.test.database.invitation.findMany());
    expect(kept).not.toContain(token);
    const visitor = house.visitor();
    expect((await visitor.post('/account/invitation/look', { token })).body).toEqual({
      workspace,
      email,
      role: 'editor',
      invitedBy: `ada${count}`,
      hasAccount: false,
    });
    const join = { token, name: 'Bea', password };
    expect((await visitor.post('/account/invitation/join', join)).body).toEqual({ email });
    expect((await visitor.post('/account/invitation/join', join)).body).toMatchObject({
      code: 'invitation.over',
    });
    await visitor.signIn(email, password);
    expect(await roleOf(visitor)).toBe('editor');
    expect((await membersOf(ada)).map(({ role }) => role).toSorted()).toEqual(['editor', 'owner']);
  });

  it('opens nothing for who has the link and not the account', async () => {
    const email = `bob${count}@example.com`;
    const bob = await enter(house, email, `Bobs ${count}`);
    await invite(ada, email, 'viewer');
    const join = { token: await tokenFor(email), name: 'Eve', password };
    const eve = await enter(house, `eve${count}@example.com`, `Eves ${count}`);
    for (const other of [eve, house.visitor()])
      expect((await other.post('/account/invitation/join', join)).body).toMatchObject({
        code: 'invitation.sign_in',
      });
    expect((await bob.post('/account/invitation/join', join)).body).toEqual({ email });
    expect(await roleOf(bob)).toBe('viewer');
  });

  it('ends when it is taken back, sent anew, or a week old', async () => {
    const email = `cleo${count}@example.com`;
    const { data } = await invite(ada, email, 'viewer');
    const { id } = data!.inviteMember.invitation;
    const first = await tokenFor(email);
    const look = async (token: string) =>
      (await house.visitor().post('/account/invitation/look', { token })).body['code'];
    expect(codesOf(await invite(ada, email, 'viewer'))).toEqual(['invitation.too_soon']);
    const sentAt = new Date(Date.now() - 60_001);
    await house.test.database.invitation.updateMany({ data: { sentAt } });
    expect(codesOf(await invite(ada, email, 'operator'))).toEqual([]);
    const second = await tokenFor(email);
    expect([await look(first), await look(second)]).toEqual(['invitation.over', undefined]);
    await house.test.database.invitation.update({
      where: { id },
      data: { expiresAt: new Date(0) },
    });
    expect(await look(second)).toBe('invitation.over');
    const revoke = () =>
      ask(
        ada,
        'mutation ($input: RevokeInvitationInput!) { revokeInvitation(input: $input) { invitation { id } } }',
        { id },
      );
    expect(codesOf(await revoke())).toEqual([]);
    expect(codesOf(await revoke())).toEqual(['invitation.not_found']);
  });

  it('gives nobody more than who invites has', async () => {
    const { who: admin } = await joined('admin');
    const email = `dan${count}@example.com`;
    expect(codesOf(await invite(admin, email, 'owner'))).toEqual(['member.exceeds']);
    expect(codesOf(await invite(admin, email, 'root'))).toEqual(['member.bad_role']);
    expect(codesOf(await invite(admin, 'not an address', 'viewer'))).toEqual(['account.bad_email']);
    const { who: editor } = await joined('editor');
    expect(codesOf(await invite(editor, email, 'viewer'))).toEqual(['auth.forbidden']);
  });
});

describe('a member', () => {
  it('of higher role is out of an admin’s reach, and so are an owner’s keys', async () => {
    const { who: admin } = await joined('admin');
    const owner = await idOf(ada, `ada${workspace.split(' ')[1]}@example.com`);
    expect(codesOf(await changeRole(admin, owner, 'viewer'))).toEqual(['member.exceeds']);
    expect(codesOf(await remove(admin, owner))).toEqual(['member.exceeds']);
    const { id } = await makeKey(ada, { name: 'deploy', role: 'owner' });
    const revoke =
      'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }';
    expect(codesOf(await ask(admin, revoke, { id }))).toEqual(['key.exceeds']);
    expect(codesOf(await ask(ada, revoke, { id }))).toEqual([]);
  });

  it('who is the last owner stays one, also when two leave at once', async () => {
    const own = await idOf(ada, `ada${workspace.split(' ')[1]}@example.com`);
    expect(codesOf(await changeRole(ada, own, 'admin'))).toEqual(['member.last_owner']);
    expect(codesOf(await remove(ada, own))).toEqual(['member.last_owner']);
    const { who, email } = await joined('owner');
    const id = await idOf(ada, email);
    const both = await Promise.all([changeRole(ada, own, 'viewer'), changeRole(who, id, 'viewer')]);
    const roles = (
      await house.test.database.member.findMany({ where: { workspace: { name: workspace } } })
    ).map(({ role }) => role);
    expect(roles.filter((role) => role === 'owner')).toHaveLength(1);
    expect(both.flatMap(codesOf)).toHaveLength(1);
  });

  it('who leaves takes along the keys that they made, and the keys of those', async () => {
    const { who, email } = await joined('admin');
    const key = await makeKey(who, { name: 'first', role: 'admin' });
    const child = await makeKey(key, { name: 'second' });
    expect([await roleOf(key), await roleOf(child)]).toEqual(['admin', 'admin']);
    const id = await idOf(ada, email);
    await changeRole(ada, id, 'operator');
    expect([await roleOf(key), await roleOf(child)]).toEqual(['operator', 'operator']);
    const { data } = await remove(ada, id);
    expect(data?.removeMember.endedKeys).toEqual(['first', 'second']);
    for (const ended of [key, child])
      expect(codesOf(await ask(ended, '{ viewer { role } }'))).toEqual(['auth.bad_key']);
    // Not signed out, but in the other workspace.
    expect(await roleOf(who)).toBe('owner');
    expect((await membersOf(who)).map((member) => member.email)).toEqual([email]);
  });

  it('switches between workspaces, and leaves the one that they are in', async () => {
    const { who } = await joined('viewer');
    const list = async () =>
      (
        await ask<{
          memberships: {
            role: string;
            isCurrent: boolean;
            workspace: { id: string; name: string };
          }[];
        }>(who, '{ memberships { role isCurrent workspace { id name } } }')
      ).data!.memberships;
    const [acme, elsewhere] = await list();
    expect(acme).toMatchObject({ role: 'viewer', isCurrent: true, workspace: { name: workspace } });
    const to = (field: string, workspaceId: string) =>
      ask(
        who,
        `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename } }`,
        { workspaceId },
      );
    const stranger = await house.test.makeWorkspace(`strangers-${count}`);
    for (const wrong of [stranger.id, 'nothing'])
      expect(codesOf(await to('switchWorkspace', wrong))).toEqual(['workspace.not_yours']);
    await to('switchWorkspace', elsewhere!.workspace.id);
    expect(await roleOf(who)).toBe('owner');
    expect(codesOf(await to('leaveWorkspace', acme!.workspace.id))).toEqual(['member.not_here']);
    expect(codesOf(await to('leaveWorkspace', elsewhere!.workspace.id))).toEqual([
      'member.last_owner',
    ]);
    await to('switchWorkspace', acme!.workspace.id);
    expect(codesOf(await to('leaveWorkspace', acme!.workspace.id))).toEqual([]);
    expect((await list()).map((one) => one.workspace.id)).toEqual([elsewhere!.workspace.id]);
  });
});

describe('sessions', () => {
  it('are listed without their cookies, and end one by one or all but one', async () => {
    const email = `ada${workspace.split(' ')[1]}@example.com`;
    const [second, third] = [
      await enter(house, email, workspace),
      await enter(house, email, workspace),
    ];
    const list = async (who: Visitor) =>
      (
        await ask<{ sessions: { id: string; isCurrent: boolean; address: string }[] }>(
          who,
          '{ sessions { id isCurrent address userAgent createdAt lastUsedAt expiresAt } }',
        )
      ).data?.sessions ?? [];
    const sessions = await list(ada);
    expect(sessions).toHaveLength(3);
    expect(sessions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    expect(sessions[0]?.address).toMatch(/^203\.0\./);
    const [{ id } = { id: '' }] = (await list(second)).filter(({ isCurrent }) => isCurrent);
    const revoke =
      'mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }';
    const bob = await enter(house, `bob${count}@example.com`, `Bobs ${count}`);
    expect(codesOf(await ask(bob, revoke, { id }))).toEqual(['session.not_found']);
    expect(codesOf(await ask(ada, revoke, { id }))).toEqual([]);
    expect(await roleOf(second)).toBeUndefined();
    expect(await roleOf(third)).toBe('owner');
    expect(codesOf(await ask(ada, 'mutation { revokeOtherSessions { revoked } }'))).toEqual([]);
    expect([await roleOf(third), await roleOf(ada)]).toEqual([undefined, 'owner']);
  });
});

describe('a password that is changed', () => {
  it('wants the old one, of which tries are counted, and ends the other sessions', async () => {
    const email = `new${(count += 1)}@example.com`;
    await invite(ada, email, 'viewer');
    const who = house.visitor();
    await who.post('/account/invitation/join', {
      token: await tokenFor(email),
      name: 'Noa',
      password,
    });
    await who.signIn(email, password);
    const other = house.visitor();
    await other.signIn(email, password);
    const change = (currentPassword: string, headers = {}) =>
      who.post('/change-password', { currentPassword, newPassword: 'another long one' }, headers);
    await house.test.database.signInTry.deleteMany();
    expect((await change('guessed wrong')).status).toBe(400);
    await house.test.database.signInTry.updateMany({ data: { tries: 10 } });
    expect((await change(password)).body).toMatchObject({ code: 'auth.too_many_tries' });
    await house.test.database.signInTry.deleteMany();
    expect((await change(password)).status).toBe(200);
    expect([await roleOf(who), await roleOf(other)]).toEqual(['viewer', undefined]);
    const entries = await house.test.database.auditEntry.findMany({
      where: { workspace: { name: workspace } },
      orderBy: { sequence: 'asc' },
    });
    expect(entries.map(({ action }) => action)).toEqual([
      'key.replace',
      'session.create',
      'member.invite',
      'member.join',
      'session.create',
      'session.create',
      'session.create',
      'account.change_password',
    ]);
  });
});
