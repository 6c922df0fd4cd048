import { freePort } from '@drawbridge/local/free-port.js';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { openHouse, password, secretIn } from '../account/testing/visitor.js';
import { openApp } from '../open-app.js';
import { codesOf, type TestApp } from '../testing/test-app.js';
import { Postman } from './postman.js';
import { openMailServer } from './testing/mail-server.js';

const email = 'ada@example.com';

const rowsOf = (test: TestApp) => test.database.outgoingMail.findMany();
const due = (test: TestApp) =>
  test.database.outgoingMail.updateMany({ data: { nextAttemptAt: new Date(0) } });

it('waits for a mail server that is away, whoever restarts meanwhile, and is sent once', async () => {
  const port = await freePort();
  const house = await openHouse(inject('postgresUrl'), { smtpUrl: `smtp://127.0.0.1:${port}` });
  const { test } = house;
  const first = await openApp(test.config, false);
  await first.init();
  // What the house's own process would send counts, too: it is one of three.
  const visitor = house.visitor();
  expect(await visitor.post('/account/sign-up', { email })).toEqual({ status: 200, body: {} });
  await visitor.post('/account/reset', { email: 'stranger@example.com' });
  await vi.waitUntil(async () => (await rowsOf(test))[0]?.problem, 10_000);
  const [row, ...others] = await rowsOf(test);
  expect(others).toEqual([]);
  expect(row).toMatchObject({ problem: 'mail.unreachable', recipient: null, givenUpAt: null });
  const texts = [Buffer.from(row?.sealed ?? []).toString('latin1'), JSON.stringify(row)].join();
  for (const secret of ['ada', 'dbl_', 'sign-up']) expect(texts).not.toContain(secret);
  await first.close();

  const mail = await openMailServer({}, port);
  const second = await openApp(test.config, false);
  await second.init();
  onTestFinished(async () => {
    await Promise.all([second.close(), house.close()]);
    await mail.close();
  });
  await due(test);
  const postmen = [test.app, second, second].map((app) => app.get(Postman, { strict: false }));
  await Promise.all(postmen.map((postman) => postman.sendDue()));
  const { token } = secretIn(await mail.next(email));
  await vi.waitUntil(async () => (await rowsOf(test)).length === 0, 10_000);
  await Promise.all(postmen.map((postman) => postman.sendDue()));
  expect(mail.mails).toHaveLength(1);
  const wanted = { email, token, name: 'Ada', password, workspace: 'Acme' };
  expect((await visitor.post('/account/sign-up/finish', wanted)).body).toEqual({ email });

  // A mail whose link has ended is not sent, and of a stranger's nothing is left.
  await test.database.$executeRaw`insert into "OutgoingMail" (id, kind, sealed, "expiresAt")
    values (gen_random_uuid(), 'sign_up', '', now())`;
  await second.get(Postman, { strict: false }).sendDue();
  await vi.waitUntil(async () => (await rowsOf(test)).length === 0, 10_000);
  expect(mail.mails).toHaveLength(1);
});

it('that is refused for good is told to the admins of its workspace, without what it said', async () => {
  const house = await openHouse(
    inject('postgresUrl'),
    {},
    {
      onRcptTo: ({ address }, _session, answer) =>
        answer(
          address.startsWith('nobody')
            ? Object.assign(new Error('no'), { responseCode: 550 })
            : null,
        ),
    },
  );
  onTestFinished(() => house.close());
  const { test } = house;
  const [ours, theirs] = [await test.makeWorkspace('ours'), await test.makeWorkspace('theirs')];
  const invite = (to: string) =>
    test.ask(
      ours,
      `mutation { inviteMember(input: { email: "${to}", role: "viewer" }) { invitation { id } } }`,
    );
  await invite('somebody@example.com');
  expect(codesOf(await invite('nobody@example.com'))).toEqual([]);
  const query = '{ unsentMails { to kind problem attempts nextAttemptAt } }';
  const seen = () => test.ask<{ unsentMails: object[] }>(ours, query);
  await vi.waitUntil(async () => (await seen()).data?.unsentMails.length, 10_000);
  await house.mail.next('somebody@example.com');
  expect((await seen()).data?.unsentMails).toEqual([
    {
      to: 'nobody@example.com',
      kind: 'invitation',
      problem: 'mail.refused',
      attempts: 1,
      nextAttemptAt: null,
    },
  ]);
  expect((await test.ask(theirs, query)).data).toEqual({ unsentMails: [] });
  expect((await rowsOf(test)).map(({ sealed }) => sealed)).toEqual([null]);
  expect(test.log.join()).not.toContain('nobody@example.com');
});
