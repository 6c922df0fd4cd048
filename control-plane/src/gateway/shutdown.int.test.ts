import { expect, inject, test } from 'vitest';
import { FakeAgent } from '../testing/fake-agent.js';
import { openTestApp } from '../testing/test-app.js';

test('a control plane that goes away tells its agents to come again, and waits for nobody', async () => {
  const app = await openTestApp(inject('postgresUrl'));
  const workspace = await app.makeWorkspace('acme');
  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(await app.makeToken(workspace));
  await agent.welcome();
  const stranger = await FakeAgent.connect(app.url);
  agent.say({ case: 'catalog', value: {} }, 1n);
  await agent.acknowledged(1n);
  const began = performance.now();
  const problems = Promise.all([agent.problem(), stranger.problem()]);
  await app.close();
  expect(performance.now() - began).toBeLessThan(5_000);
  const restarting = { code: 'session.restarting', retryable: true };
  expect(await problems).toEqual([restarting, restarting]);
  expect([agent.closeCode, stranger.closeCode]).toEqual([1012, 1012]);
});
