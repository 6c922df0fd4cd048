import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import {
  openHouse,
  password,
  secretIn,
  signUp,
  type House,
  type Visitor,
} from '../account/testing/visitor.js';
import { openApp } from '../open-app.js';
import { codesOf, type TestApp } from '../testing/test-app.js';
import { codeOf } from './testing/totp.js';

let house: House;
let ada: Visitor;
let uri: string;
let backupCodes: string[];
const email = 'ada@example.com';
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'));
  ada = await signUp(house, email, 'Acme');
  const { body } = await ada.post('/two-factor/enable', { password });
  ({ totpURI: uri, backupCodes } = body as { totpURI: string; backupCodes: string[] });
});
afterAll(() => house.close());

const hasTotp = async (who: Visitor) =>
  (await house.test.ask<{ viewer: { hasTotp: boolean } }>(who.cookies(), '{ viewer { hasTotp } }'))
    .data?.viewer.hasTotp;
const code = () => codeOf(uri, Date.now());
/** As if the time had come for the app's next code. */
const unspent = async () => {
  await house.test.database.twoFactor.updateMany({ data: { spentStep: null } });
  return code();
};
const another = () => String((Number(code()) + 1) % 1_000_000).padStart(6, '0');
const actions = async () =>
  (await house.test.database.auditEntry.findMany({ orderBy: { sequence: 'asc' } })).map(
    ({ action }) => action,
  );

it('is asked for once it was shown, after a password and beside nothing else', async () => {
  expect(await hasTotp(ada)).toBe(false);
  expect((await ada.post('/two-factor/verify-totp', { code: another() })).status).toBe(401);
  expect(await hasTotp(ada)).toBe(false);
  expect((await ada.post('/two-factor/verify-totp', { code: code() })).status).toBe(200);
  expect(await hasTotp(ada)).toBe(true);

  const before = (await actions()).length;
  const visitor = house.visitor();
  const challenge = await visitor.signIn(email, password);
  expect(challenge.body).toMatchObject({ twoFactorRedirect: true });
  expect(await hasTotp(visitor)).toBeUndefined();
  // Nobody is in, so the log says nothing.
  expect(await actions()).toHaveLength(before);
  const answer = await visitor.post('/two-factor/verify-totp', {
    code: await unspent(),
    trustDevice: true,
  });
  expect(answer.status).toBe(200);
  expect(await hasTotp(visitor)).toBe(true);
  expect((await actions()).slice(before)).toEqual(['session.create']);
  expect(await actions()).toContain('account.enable_totp');

  // No browser is trusted to do without the next time.
  await visitor.post('/sign-out', {});
  expect((await visitor.signIn(email, password)).body).toMatchObject({ twoFactorRedirect: true });
});

it('can not be guessed: five codes a sign-in, and ten an account', async () => {
  const guesses = async () => {
    const guesser = house.visitor();
    await guesser.signIn(email, password);
    const codes: unknown[] = [];
    for (let n = 0; n < 6; n += 1) {
      // What is limited by the guesser's address is another test's.
      await house.test.database.rateLimit.deleteMany();
      codes.push((await guesser.post('/two-factor/verify-totp', { code: another() })).body['code']);
    }
    return codes;
  };
  const five = Array<string>(5).fill('INVALID_CODE');
  expect(await guesses()).toEqual([...five, 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE']);
  expect((await guesses()).slice(0, 5)).toEqual(five);
  const visitor = house.visitor();
  await visitor.signIn(email, password);
  const right = await visitor.post('/two-factor/verify-totp', { code: code() });
  expect(right.status).toBe(429);
  expect(await hasTotp(visitor)).toBeUndefined();
  await house.test.database.twoFactor.updateMany({
    data: { lockedUntil: null, failedVerificationCount: 0 },
  });
});

it('takes a code once, on whichever replica and whoever asks at the same moment', async () => {
  const replica = await openApp(house.test.config, false);
  await replica.listen(0, '127.0.0.1');
  const there = { ...house.test, url: await replica.getUrl() };
  const asked = async (where: TestApp) => {
    const visitor = house.visitor(where);
    await visitor.signIn(email, password);
    return visitor;
  };
  const visitors = await Promise.all([house.test, there, house.test, there].map(asked));
  const said = await unspent();
  const enter = (visitor: Visitor) => visitor.post('/two-factor/verify-totp', { code: said });
  const answers = await Promise.all(visitors.map(enter));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401]);
  const refused = answers.filter(({ status }) => status === 401).map(({ body }) => body['code']);
  expect(refused).toEqual(['INVALID_CODE', 'INVALID_CODE', 'INVALID_CODE']);
  const inside = await Promise.all(visitors.map(hasTotp));
  expect(inside.filter(Boolean)).toHaveLength(1);

  // Nor the one of the step before, which the library would still take; and each counts as a wrong one.
  const late = await asked(there);
  await late.post('/two-factor/verify-totp', { code: codeOf(uri, Date.now() - 30_000) });
  const [factor] = await house.test.database.twoFactor.findMany();
  expect(factor?.failedVerificationCount).toBeGreaterThan(0);
  expect(await hasTotp(late)).toBeUndefined();
  expect((await late.post('/two-factor/verify-totp', { code: await unspent() })).status).toBe(200);
  await replica.close();
});

it('is replaced by a backup code, each once, and they rest encrypted', async () => {
  const kept = JSON.stringify(await house.test.database.twoFactor.findMany());
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  for (const shown of [secret, ...backupCodes]) expect(kept).not.toContain(shown);
  const [first = ''] = backupCodes;
  const tried = async () => {
    const visitor = house.visitor();
    await visitor.signIn(email, password);
    return (await visitor.post('/two-factor/verify-backup-code', { code: first })).status;
  };
  expect([await tried(), await tried()]).toEqual([200, 401]);
});

it('is still asked for after a reset, and given up by password alone', async () => {
  const visitor = house.visitor();
  await visitor.post('/account/reset', { email });
  const { token } = secretIn(await house.mail.next(email));
  await visitor.post('/account/reset/finish', { email, token, password });
  expect((await visitor.signIn(email, password)).body).toMatchObject({ twoFactorRedirect: true });
  await visitor.post('/two-factor/verify-totp', { code: await unspent() });
  expect((await visitor.post('/two-factor/disable', { password: 'guessed wrong' })).status).toBe(
    400,
  );
  expect((await visitor.post('/two-factor/disable', { password })).status).toBe(200);
  expect(await hasTotp(visitor)).toBe(false);
  expect(await actions()).toContain('account.disable_totp');
  expect(codesOf(await house.test.ask(ada.cookies(), '{ viewer { name } }'))).toEqual([
    'auth.required',
  ]);
});
