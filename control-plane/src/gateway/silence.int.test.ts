import { expect, inject, test } from 'vitest';
import { FakeAgent } from '../testing/fake-agent.js';
import { openTestApp } from '../testing/test-app.js';

test('an agent that falls silent is given up after three heartbeats', async () => {
  const heartbeatMs = 500;
  const app = await openTestApp(inject('postgresUrl'), { heartbeatMs });
  const workspace = await app.makeWorkspace('acme');
  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(await app.makeToken(workspace));
  const began = performance.now();
  await agent.welcome();
  expect(await agent.problem()).toEqual({ code: 'session.silent', retryable: true });
  expect(performance.now() - began).toBeGreaterThan(3 * heartbeatMs - 50);
  await app.close();
});
