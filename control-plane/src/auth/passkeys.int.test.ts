import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { enter, openHouse, type House } from '../account/testing/visitor.js';
import { codesOf } from '../testing/test-app.js';

// What a real device answers, a browser's own one, is tried in deploy/local/src/e2e/account.e2e.test.ts.
let house: House;
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'));
});
afterAll(() => house.close());

/** Well formed, and made by nobody. */
const forged = { id: 'bm9ib2R5', rawId: 'bm9ib2R5', type: 'public-key', response: {} };

it('begins for anybody alike, and wants the device to be unlocked', async () => {
  const { body } = await house.visitor().post('/passkey/begin-sign-in', {});
  expect(body).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
  expect(body['allowCredentials']).toBeUndefined();
});

it('takes a challenge once, from the browser that asked, and no answer that is forged', async () => {
  const [visitor, other] = [house.visitor(), house.visitor()];
  await visitor.post('/passkey/begin-sign-in', {});
  const answer = (who: typeof visitor) => who.post('/passkey/sign-in', { response: forged });
  expect((await answer(other)).body).toMatchObject({ code: 'passkey.too_late' });
  expect((await answer(visitor)).body).toMatchObject({ code: 'passkey.unknown' });
  expect((await answer(visitor)).body).toMatchObject({ code: 'passkey.too_late' });
  for (const response of [undefined, 7, { id: ['x'] }]) {
    await visitor.post('/passkey/begin-sign-in', {});
    expect((await visitor.post('/passkey/sign-in', { response })).body).toMatchObject({
      code: 'passkey.unknown',
    });
  }
  expect(codesOf(await house.test.ask(visitor.cookies(), '{ viewer { name } }'))).toEqual([
    'auth.required',
  ]);
});

it('is added by who has signed in of late, with an answer that fits', async () => {
  expect((await house.visitor().post('/passkey/begin', {})).body).toMatchObject({
    code: 'auth.required',
  });
  const ada = await enter(house, 'ada@example.com', 'Acme');
  const { body } = await ada.post('/passkey/begin', {});
  expect(body).toMatchObject({ user: { name: 'ada@example.com' }, attestation: 'none' });
  const added = await ada.post('/passkey/add', { name: 'Laptop', response: forged });
  expect(added.body).toMatchObject({ code: 'passkey.refused' });
  await house.test.database.session.updateMany({
    data: { createdAt: new Date(Date.now() - 16 * 60_000) },
  });
  expect((await ada.post('/passkey/begin', {})).body).toMatchObject({
    code: 'passkey.sign_in_again',
  });
  expect(await house.test.database.passkey.count()).toBe(0);
});

it('is nobody else’s to see or to delete', async () => {
  const bob = await enter(house, 'bob@example.com', 'Bobs');
  const eve = await enter(house, 'eve@example.com', 'Eves');
  const { database } = house.test;
  const { id: userId } = await database.user.findUniqueOrThrow({
    where: { email: 'bob@example.com' },
  });
  const made = { name: 'Phone', credentialId: 'c', publicKey: new Uint8Array(8), counter: 0 };
  const { id } = await database.passkey.create({ data: { userId, ...made } });
  const list = async (who: typeof bob) =>
    (await house.test.ask<{ passkeys: object[] }>(who.cookies(), '{ passkeys { name } }')).data
      ?.passkeys;
  const remove = (who: typeof bob) =>
    house.test.ask(
      who.cookies(),
      'mutation ($id: ID!) { deletePasskey(input: { id: $id }) { passkey { id } } }',
      { id },
    );
  expect(await list(eve)).toEqual([]);
  expect(codesOf(await remove(eve))).toEqual(['passkey.not_found']);
  expect(await list(bob)).toEqual([{ name: 'Phone' }]);
  expect(codesOf(await remove(bob))).toEqual([]);
  expect(await list(bob)).toEqual([]);
});
