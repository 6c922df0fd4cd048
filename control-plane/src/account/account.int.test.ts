import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { freeTries } from '../auth/sign-in-tries.js';
import { codesOf } from '../testing/test-app.js';
import { openHouse, password, secretIn, signUp, type House } from './testing/visitor.js';

let house: House;
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'));
});
afterAll(() => house.close());

const viewer =
  '{ viewer { name email role } workspace { name } pools { edges { node { name } } } }';
const actionsIn = async (workspace: string): Promise<string[]> =>
  (
    await house.test.database.auditEntry.findMany({
      where: { workspace: { name: workspace } },
      orderBy: { sequence: 'asc' },
    })
  ).map(({ action }) => action);

describe('a sign-up', () => {
  it('mails a link, and makes an account that owns a new workspace', async () => {
    const ada = await signUp(house, 'ada@example.com', 'Acme');
    expect((await house.test.ask(ada.cookies(), viewer)).data).toEqual({
      viewer: { name: 'ada', email: 'ada@example.com', role: 'owner' },
      workspace: { name: 'Acme' },
      pools: { edges: [{ node: { name: 'default' } }] },
    });
    expect(await actionsIn('Acme')).toEqual(['workspace.create', 'session.create']);
  });

  it('leaves neither a token nor a stranger’s address in the database', async () => {
    await house.visitor().post('/account/sign-up', { email: 'stranger@example.com' });
    const { token } = secretIn(await house.mail.next('stranger@example.com'));
    const kept = JSON.stringify(await house.test.database.mailedLink.findMany());
    expect(token).toMatch(/^dbl_/);
    for (const secret of [token, 'stranger']) expect(kept).not.toContain(secret);
  });

  it('with a taken name can be finished under another, and then no more', async () => {
    const visitor = house.visitor();
    const email = 'bob@example.com';
    await visitor.post('/account/sign-up', { email });
    const { token } = secretIn(await house.mail.next(email));
    const finish = (change: object) =>
      visitor.post('/account/sign-up/finish', {
        email,
        token,
        name: 'Bob',
        password,
        workspace: 'Bobs',
        ...change,
      });
    await house.test.makeWorkspace('Taken');
    for (const [change, code] of [
      [{ workspace: 'Taken' }, 'workspace.name_taken'],
      [{ workspace: ' ' }, 'workspace.bad_name'],
      [{ password: 'short' }, 'account.bad_password'],
      [{ name: '' }, 'account.bad_name'],
      [{ email: 'eve@example.com' }, 'account.link_over'],
      [{ token: 'dbl_guessed' }, 'account.link_over'],
      [{ email: 7 }, 'account.bad_request'],
    ] as const)
      expect((await finish(change)).body).toMatchObject({ code });
    expect(await house.test.database.user.count({ where: { name: 'Bob' } })).toBe(0);
    expect((await finish({})).body).toEqual({ email });
    expect((await finish({ workspace: 'Second' })).body).toMatchObject({
      code: 'account.link_over',
    });
  });

  it('of an address that has an account is told by mail alone', async () => {
    await house.test.makeWorkspace('Carols', 'carol@example.com');
    const again = await house.visitor().post('/account/sign-up', { email: 'Carol@Example.com ' });
    const first = await house.visitor().post('/account/sign-up', { email: 'dora@example.com' });
    expect(again).toEqual(first);
    const { raw } = await house.mail.next('carol@example.com');
    expect(raw).toContain('Subject: You have a Drawbridge account');
    expect(raw).not.toContain('dbl_');
  });

  it('fills no mailbox: three mails an hour to one address', async () => {
    const email = 'often@example.com';
    for (let n = 0; n < 5; n += 1)
      expect(await house.visitor().post('/account/sign-up', { email })).toEqual({
        status: 200,
        body: {},
      });
    for (let n = 0; n < 3; n += 1) await house.mail.next(email);
    // A later mail to somebody else has arrived, so these would have, too.
    await house.visitor().post('/account/sign-up', { email: 'later@example.com' });
    await house.mail.next('later@example.com');
    expect(house.mail.mails.filter(({ to }) => to.includes(email))).toHaveLength(3);
  });
});

describe('a password reset', () => {
  it('sets the password, once, and ends every session', async () => {
    const email = 'fay@example.com';
    const fay = await signUp(house, email, 'Fays');
    const visitor = house.visitor();
    await visitor.post('/account/reset', { email });
    const { token } = secretIn(await house.mail.next(email));
    const finish = (other = 'another long one') =>
      visitor.post('/account/reset/finish', { email, token, password: other });
    expect((await finish('short')).body).toMatchObject({ code: 'account.bad_password' });
    expect((await house.test.ask(fay.cookies(), viewer)).errors).toBeUndefined();
    expect((await finish()).body).toEqual({ email });
    expect((await finish()).body).toMatchObject({ code: 'account.link_over' });
    expect(codesOf(await house.test.ask(fay.cookies(), viewer))).toContain('auth.required');
    expect((await visitor.signIn(email, password)).status).toBe(401);
    expect((await visitor.signIn(email, 'another long one')).status).toBe(200);
    expect((await house.mail.next(email)).raw).toContain('password was changed');
    expect(await actionsIn('Fays')).toContain('account.reset_password');
  });

  it('takes no link that is too old, nor one of a sign-up', async () => {
    const email = 'gus@example.com';
    await house.test.makeWorkspace('Guss', email);
    const visitor = house.visitor();
    await visitor.post('/account/reset', { email });
    const { token } = secretIn(await house.mail.next(email));
    const finish = () => visitor.post('/account/reset/finish', { email, token, password });
    const links = house.test.database.mailedLink;
    await links.updateMany({ data: { purpose: 'sign_up' }, where: { purpose: 'reset' } });
    expect((await finish()).body).toMatchObject({ code: 'account.link_over' });
    await links.updateMany({ data: { purpose: 'reset', expiresAt: new Date(0) } });
    expect((await finish()).body).toMatchObject({ code: 'account.link_over' });
  });

  it('lets somebody in who was locked out', async () => {
    const email = 'hal@example.com';
    await house.test.makeWorkspace('Hals', email);
    await house.visitor().signIn(email, 'guessed wrong');
    await house.test.database.signInTry.updateMany({ data: { tries: freeTries } });
    expect((await house.visitor().signIn(email, password)).status).toBe(429);
    await house.visitor().post('/account/reset', { email });
    const { token } = secretIn(await house.mail.next(email));
    await house.visitor().post('/account/reset/finish', { email, token, password });
    expect((await house.visitor().signIn(email, password)).status).toBe(200);
  });
});

const median = (numbers: number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

describe('known and unknown addresses', () => {
  /** In turn, so that whatever else the machine does slows both. */
  const ratio = async (ask: (email: string) => Promise<unknown>, turns: number) => {
    const known: number[] = [];
    const unknown: number[] = [];
    for (let n = 0; n < turns; n += 1)
      for (const [times, email] of [
        [known, 'ivy@example.com'],
        [unknown, 'nobody@example.com'],
      ] as const) {
        const began = performance.now();
        await ask(email);
        times.push(performance.now() - began);
      }
    return median(known) / median(unknown);
  };

  it('are answered alike, in words and in time', async () => {
    // As hard as for people, or the hash would not be what takes the time. The library keeps the one that it was given.
    const real = await openHouse(inject('postgresUrl'), { passwordCost: 14 });
    onTestFinished(() => real.close());
    await signUp(real, 'ivy@example.com', 'Ivys');
    const reset = (email: string) => real.visitor().post('/account/reset', { email });
    const guess = (email: string) => real.visitor().signIn(email, 'guessed wrong');
    expect(await reset('nobody@example.com')).toEqual(await reset('ivy@example.com'));
    expect(await guess('nobody@example.com')).toEqual(await guess('ivy@example.com'));
    for (const seen of [await ratio(reset, 15), await ratio(guess, 3)]) {
      expect(seen).toBeGreaterThan(0.5);
      expect(seen).toBeLessThan(2);
    }
  });
});

describe('where anybody may not sign up', () => {
  it('says so, and sends nothing', async () => {
    Object.assign(house.test.config, { signUp: 'closed' });
    const visitor = house.visitor();
    const email = 'jan@example.com';
    const closed = { body: { code: 'account.sign_up_closed' } };
    expect(await visitor.post('/account/sign-up', { email })).toMatchObject(closed);
    const finish = { email, token: 'dbl_', name: 'Jan', password, workspace: 'Jans' };
    expect(await visitor.post('/account/sign-up/finish', finish)).toMatchObject(closed);
    expect(await (await visitor.get('/api/auth/account/ways')).json()).toEqual({
      signUp: false,
      oidc: null,
    });
    Object.assign(house.test.config, { signUp: 'open' });
  });
});
