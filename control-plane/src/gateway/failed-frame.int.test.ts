import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { CatalogService } from '../catalog/catalog.service.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { openTestApp } from '../testing/test-app.js';

/** As an agent that says the same frame after each reconnect. */
test('a frame whose effect always breaks is counted and logged each time it comes', async () => {
  const app = await openTestApp(inject('postgresUrl'));
  onTestFinished(() => app.close());
  const keep = vi.spyOn(app.app.get(CatalogService, { strict: false }), 'keep');
  keep.mockRejectedValue(new TypeError('a text that quotes a row'));
  const workspace = await app.makeWorkspace('acme');
  const failures = async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return Number(/^drawbridge_frames_failed_total (\d+)$/m.exec(text)?.[1]);
  };
  const before = await failures();

  const first = await FakeAgent.connect(app.url);
  await first.enroll(await app.makeToken(workspace));
  const second = await FakeAgent.connect(app.url, first.identity, first.bootId);
  const third = await FakeAgent.connect(app.url, first.identity, first.bootId);
  await first.close();
  for (const agent of [second, third]) {
    await agent.welcome();
    agent.say({ case: 'catalog', value: {} }, 1n);
    expect(await agent.problem()).toEqual({ code: 'session.internal_error', retryable: true });
  }

  expect((await failures()) - before).toBe(2);
  const lines = app.log.filter((line) => line.includes('could not be applied'));
  expect(lines).toHaveLength(2);
  const { agentId } = first.identity;
  const said = { level: 50, agentId, kind: 'catalog', code: 'session.internal_error' };
  expect(JSON.parse(lines[0]!)).toMatchObject(said);
  expect(app.log.join('')).not.toContain('quotes a row');
});

test('a frame that the agent should not have said is no failure of ours', async () => {
  const app = await openTestApp(inject('postgresUrl'));
  onTestFinished(() => app.close());
  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(await app.makeToken(await app.makeWorkspace('acme')));
  await agent.welcome();
  agent.say({ case: 'catalog', value: {} }, 7n);
  expect((await agent.problem()).code).toBe('session.gap');
  expect(app.log.join('')).not.toContain('could not be applied');
});
