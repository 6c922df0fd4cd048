import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Logger } from '../logger.js';
import { openApp } from '../open-app.js';
import { openTestApp, type TestApp } from '../testing/test-app.js';
import { SetUpService } from '../workspace/set-up.service.js';
import { freeTries } from './sign-in-tries.js';

const password = 'correct horse battery';
const email = 'ada@example.com';

let test: TestApp;
let replica: NestFastifyApplication;
let other: string;
let attempts = 0;
beforeAll(async () => {
  test = await openTestApp(inject('postgresUrl'), { trustedProxies: ['127.0.0.1'] });
  replica = await openApp(test.config, new Logger('fatal'));
  await replica.listen(0, '127.0.0.1');
  other = await replica.getUrl();
});
afterAll(async () => {
  await replica.close();
  await test.close();
});

/** Nobody has tried yet. Each attempt from an address of its own, as a guesser with many of them. */
async function open() {
  await test.database.signInTry.deleteMany();
  const setUp = test.app.get(SetUpService, { strict: false });
  const { signInLink } = await setUp.setUp({ workspace: 'acme', email, password });
  const attempt = (tried: string, as = email, at = test.url) =>
    fetch(`${at}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: test.config.publicUrl,
        'x-forwarded-for': `203.0.113.${(attempts += 1)}`,
      },
      body: JSON.stringify({ email: as, password: tried }),
    });
  return { signInLink, attempt };
}

const told = async (answer: Response) => ({ status: answer.status, text: await answer.text() });

describe('a password that is guessed', () => {
  it('is looked at no more after some tries, on any replica, whether the account is there or not', async () => {
    const { attempt } = await open();
    const guessed = async (as: string) => {
      for (let n = 0; n < freeTries; n += 1)
        expect((await attempt('guessed wrong', as, n % 2 ? other : test.url)).status).toBe(401);
      return told(await attempt(password, as, other));
    };
    const refusal = await guessed(email);
    expect(refusal).toMatchObject({ status: 429 });
    expect(refusal.text).toContain('auth.too_many_tries');
    expect(await guessed('nobody@example.com')).toEqual(refusal);
    expect(JSON.stringify(await test.database.signInTry.findMany())).not.toContain('example.com');
  });

  it('may be tried again after a wait that ends, however often it was tried meanwhile', async () => {
    const { attempt } = await open();
    await attempt('guessed wrong');
    const agoIs = (seconds: number, tries: number) =>
      test.database.$executeRaw`
        update "SignInTry" set tries = ${tries}, "triedAt" = now() - ${seconds} * interval '1 second'`;
    await agoIs(50, freeTries);
    for (let n = 0; n < 3; n += 1) expect((await attempt(password)).status).toBe(429);
    expect((await test.database.signInTry.findFirstOrThrow()).tries).toBe(freeTries);
    await agoIs(890, 1000);
    expect((await attempt(password)).status).toBe(429);
    await agoIs(901, 1000);
    expect((await attempt(password)).status).toBe(200);
    expect(await test.database.signInTry.count()).toBe(0);
  });

  it('locks nobody out who opens a sign-in link', async () => {
    const { attempt, signInLink } = await open();
    await attempt('guessed wrong');
    await test.database.signInTry.updateMany({ data: { tries: freeTries } });
    expect((await attempt(password)).status).toBe(429);
    const { pathname, search } = new URL(signInLink);
    await fetch(`${test.url}${pathname}${search}`, { redirect: 'manual' });
    expect((await attempt(password)).status).toBe(200);
  });
});

it('counts an address once for all replicas', async () => {
  const statuses: number[] = [];
  for (const at of [test.url, other, test.url, other]) {
    const answer = await fetch(`${at}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: test.config.publicUrl },
      body: JSON.stringify({ email, password: 'guessed wrong' }),
    });
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([401, 401, 401, 429]);
});
