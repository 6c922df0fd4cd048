import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import {
  enter,
  openHouse,
  password,
  secretIn,
  signUp,
  type House,
  type Visitor,
} from '../account/testing/visitor.js';
import { Notices } from '../database/notices.js';
import { openApp } from '../open-app.js';
import { Subscription } from '../testing/subscription.js';
import { SetUpService } from '../workspace/set-up.service.js';

/** People act at the house; lines are open at another replica. */
let house: House;
let there: NestFastifyApplication;
let thereUrl: string;
let owner: Visitor;
let count = 0;
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'));
  there = await openApp(house.test.config, false);
  await there.listen(0, '127.0.0.1');
  thereUrl = await there.getUrl();
  await vi.waitUntil(() => there.get(Notices).lineState === 'heard', 10_000);
});
beforeEach(async () => {
  owner = await enter(house, `ada${(count += 1)}@example.com`, `Acme ${count}`);
});
afterAll(async () => {
  await there.close();
  await house.close();
});

const promisedMs = 5_000;
const forbidden = 4403;

/** A line that is open and was answered on: its first message says that nothing is wrong. */
async function lineOf(headers: Record<string, string>): Promise<Subscription> {
  const query = 'subscription { agentUpdated { id } }';
  const line = await Subscription.open(thereUrl, headers, { query });
  await vi.waitUntil(() => line.isAcknowledged, promisedMs);
  return line;
}

/** In the time that we promise. */
async function endOf(line: Subscription): Promise<void> {
  await vi.waitUntil(() => line.closeCode !== undefined, { timeout: promisedMs, interval: 10 });
  expect(line.closeCode).toBe(forbidden);
}

const mutate = async (who: Visitor, text: string): Promise<Record<string, never>> => {
  const { data, errors } = await house.test.ask(who.cookies(), `mutation { ${text} }`);
  expect(errors).toBeUndefined();
  return data as Record<string, never>;
};

async function keyOf(who: Visitor, rest = ''): Promise<{ id: string; authorization: string }> {
  const input = `{ name: "key ${(count += 1)}"${rest} }`;
  const { createApiKey } = await mutate(who, `createApiKey(input: ${input}) { id key }`);
  const { id, key } = createApiKey as unknown as { id: string; key: string };
  return { id, authorization: `Bearer ${key}` };
}

/** Somebody else of that role, who has a workspace of their own as well. */
async function joined(role: string): Promise<{ who: Visitor; id: string }> {
  const email = `guest${(count += 1)}@example.com`;
  const who = await enter(house, email, `Elsewhere ${count}`);
  await mutate(
    owner,
    `inviteMember(input: { email: "${email}", role: "${role}" }) { invitation { id } }`,
  );
  const { token } = secretIn(await house.mail.next(email));
  await who.post('/account/invitation/join', { token, name: '', password: '' });
  const { data } = await house.test.ask<{ members: { id: string; email: string }[] }>(
    owner.cookies(),
    '{ members { id email } }',
  );
  return { who, id: data?.members.find((member) => member.email === email)?.id ?? '' };
}

const removal = (id: string) => `removeMember(input: { id: "${id}" }) { endedKeys }`;
const toRole = (id: string, role: string) =>
  `changeMemberRole(input: { id: "${id}", role: "${role}" }) { member { role } }`;
const sessionsOf = async (who: Visitor) =>
  (
    await house.test.ask<{ sessions: { id: string; isCurrent: boolean }[] }>(
      who.cookies(),
      '{ sessions { id isCurrent } }',
    )
  ).data?.sessions ?? [];

it('a line ends when its key is revoked, made anew or runs out, and the others go on', async () => {
  const [revoked, brief] = [await keyOf(owner), await keyOf(owner)];
  const setUp = there.get(SetUpService, { strict: false });
  const wanted = { workspace: `Acme set up ${count}`, email: 'x@example.com' };
  const { apiKey } = await setUp.setUp(wanted);
  const keys = [revoked.authorization, brief.authorization, `Bearer ${apiKey}`];
  const lines = await Promise.all(keys.map((authorization) => lineOf({ authorization })));
  const ofOwner = await lineOf(owner.cookies());
  await mutate(owner, `revokeApiKey(input: { id: "${revoked.id}" }) { apiKey { name } }`);
  await setUp.setUp(wanted);
  // No notice tells of this one.
  await house.test.database
    .$executeRaw`update "ApiKey" set "expiresAt" = now() where id = ${brief.id}::uuid`;
  await Promise.all(lines.map(endOf));
  expect(ofOwner.closeCode).toBeUndefined();
  await ofOwner.close();
});

it('a line ends when who opened it leaves or is less by now; also that of a key of theirs', async () => {
  const [gone, less, more] = await Promise.all([
    joined('admin'),
    joined('admin'),
    joined('viewer'),
  ]);
  const key = await keyOf(less.who);
  const lines = await Promise.all([
    lineOf(gone.who.cookies()),
    lineOf(less.who.cookies()),
    lineOf({ authorization: key.authorization }),
  ]);
  const ofMore = await lineOf(more.who.cookies());
  await mutate(owner, removal(gone.id));
  await mutate(owner, toRole(less.id, 'viewer'));
  await mutate(owner, toRole(more.id, 'editor'));
  await Promise.all(lines.map(endOf));
  expect(ofMore.closeCode).toBeUndefined();
  // Who still is somebody opens another one.
  const again = await lineOf(less.who.cookies());
  await Promise.all([again.close(), ofMore.close()]);
});

it('a line ends with its session: revoked, signed out of, or ended by another password', async () => {
  const email = `bea${count}@example.com`;
  const bea = await signUp(house, email, `Beas ${count}`);
  const browser = async () => {
    const visitor = house.visitor();
    await visitor.signIn(email, password);
    return visitor;
  };
  const [revoked, out, idle] = [await browser(), await browser(), await browser()];
  const heard: string[] = [];
  const forget = there.get(Notices).subscribe(({ kind }) => heard.push(kind));
  const [ofBea, ofRevoked, ofOut, ofIdle, ofOwner] = await Promise.all(
    [bea, revoked, out, idle, owner].map((who) => lineOf(who.cookies())),
  );
  const { id } = (await sessionsOf(revoked)).find(({ isCurrent }) => isCurrent) ?? { id: '' };
  await mutate(bea, `revokeSession(input: { id: "${id}" }) { session { id } }`);
  await endOf(ofRevoked as Subscription);
  expect(heard).toContain('access_changed');
  forget();
  await out.post('/sign-out', {});
  const change = { currentPassword: password, newPassword: `${password} 2` };
  expect((await bea.post('/change-password', change)).status).toBe(200);
  // The browser that changed it has another session, and opens another line with that.
  await Promise.all([ofOut, ofIdle, ofBea].map((line) => endOf(line as Subscription)));
  const after = await lineOf(bea.cookies());
  await bea.post('/account/reset', { email });
  const { token } = secretIn(await house.mail.next(email));
  await bea.post('/account/reset/finish', { email, token, password });
  await endOf(after);
  expect(ofOwner?.closeCode).toBeUndefined();
  await ofOwner?.close();
});
