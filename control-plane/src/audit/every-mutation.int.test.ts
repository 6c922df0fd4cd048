import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, inject, it, onTestFinished, vi } from 'vitest';
import { deeds, entryKinds } from '../testing/audit/deeds.js';
import { openScene, type Scene } from '../testing/audit/scene.js';
import { rootFieldsOf, schemaOf } from '../testing/authz/root-field.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(inject('postgresUrl'));
  return () => scene.test.close();
});

/** What agents would do meanwhile, before a mutation that needs it. */
const before: Readonly<Record<string, () => Promise<unknown>>> = {
  checkConnection: () => seenAgent(),
  discoverConnection: () => seenAgent(),
  approveRun: async () => {
    const { database } = scene.test;
    const { id } = await database.run.findFirstOrThrow({ where: { finishedAt: null } });
    scene.found['run'] = id;
    await stopAt('waiting_approval', 'finished');
  },
  releaseRun: () => stopAt('parked', 'parked'),
  setIdentityProvider: async () => {
    scene.found['issuer'] = await openIssuer();
  },
  ...Object.fromEntries(
    entryKinds.flatMap((kind) =>
      ['update', 'delete'].map((verb) => [verb + kind, () => readDigest(kind)]),
    ),
  ),
};

/** An identity provider, as far as naming it goes. */
async function openIssuer(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ issuer, authorization_endpoint: `${issuer}/sign-in` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return issuer;
}

/** Of the definition that is changed next. */
async function readDigest(kind: string): Promise<void> {
  const { test, cookie, found } = scene;
  const { data } = await test.ask<{ entry: { digest: string } }>(
    cookie,
    `{ entry: ${kind.toLowerCase()}(name: "more") { digest } }`,
  );
  found[kind] = data?.entry.digest ?? '';
}

function seenAgent(): Promise<unknown> {
  const data = { lastSeenAt: new Date(), sessionId: scene.found['agent'] ?? '' };
  return scene.test.database.agent.updateMany({ data });
}

/** The run and its job as they are when an agent has come so far. */
async function stopAt(state: string, job: string): Promise<void> {
  const { database } = scene.test;
  for (const to of ['leased', state])
    await database.run.updateMany({
      where: { finishedAt: null },
      data: { state: to, planDigest: 'ab'.repeat(32), waitingSince: new Date() },
    });
  await database.job.updateMany({ where: { runId: { not: null } }, data: { state: job } });
}

/** Answers whoever waits for an agent. */
async function answer(asked: Promise<unknown>): Promise<void> {
  let isAnswered = false;
  void asked.finally(() => (isAnswered = true));
  await vi.waitUntil(
    async () => {
      await scene.test.database
        .$executeRaw`update "Job" set result = '{}' where "runId" is null and result is null`;
      return isAnswered;
    },
    { timeout: 20_000 },
  );
}

it('is written by every mutation of the schema', async () => {
  const { test, workspace, cookie, found } = scene;
  const fields = rootFieldsOf(await schemaOf(test, workspace));
  const mutations = fields.filter(({ kind }) => kind === 'mutation').map(({ field }) => field.name);
  expect(Object.keys(deeds).toSorted()).toEqual(mutations.toSorted());
  // One after the other: what one leaves the next one finds.
  for (const [name, { action, input }] of Object.entries(deeds)) {
    await before[name]?.();
    const last = await test.database.auditEntry.count();
    const type = fields.find(({ field }) => field.name === name)?.field.args[0]?.type;
    const [declared, passed] = type ? [`($input: ${String(type)})`, '(input: $input)'] : ['', ''];
    const asked = test.ask(cookie, `mutation ${declared} { ${name} ${passed} { __typename } }`, {
      ...(input && { input: input(found) }),
    });
    await answer(asked);
    expect({ name, errors: (await asked).errors }).toEqual({ name, errors: undefined });
    const entries = await test.database.auditEntry.findMany({
      skip: last,
      orderBy: [{ createdAt: 'asc' }, { sequence: 'asc' }],
    });
    expect({ name, actions: entries.map((entry) => entry.action) }).toEqual({
      name,
      actions: action === null ? [] : [action],
    });
    for (const { actorKind, actor, address } of entries)
      expect([actorKind, actor, address]).toEqual(['user', 'owner', '127.0.0.1']);
  }
});
