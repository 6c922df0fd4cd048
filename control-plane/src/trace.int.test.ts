import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { openReceiver, type Received, type Receiver } from './channel/testing/receiver.js';
import { yamlOfSyncs } from './job/testing/ground.js';
import { FakeAgent } from './testing/fake-agent.js';
import { openTestApp, type TestApp, type Workspace } from './testing/test-app.js';
import { spanFacts } from './trace.js';

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}
interface Span {
  name: string;
  attributes: Attribute[];
  events?: object[];
  links?: object[];
  status: { code?: number; message?: string };
}
interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: Span[] }[];
  }[];
}

let collector: Receiver;
let app: TestApp;
let workspace: Workspace;
let spans: Span[];
beforeAll(async () => {
  collector = await openReceiver();
  const tracesUrl = collector.url.replace(/\/$/, '');
  app = await openTestApp(inject('postgresUrl'), { tracesUrl, webhookNetworks: ['127.0.0.1'] });
  workspace = await app.makeWorkspace('canary-workspace', 'canary@example.com');
  await doOneOfEach();
  // What waits is sent before it leaves.
  await app.close();
  spans = exported().flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
}, 60_000);
afterAll(() => collector.close());

const sent = (): Received[] => collector.received.filter(({ path }) => path === '/v1/traces');
const exported = (): Export['resourceSpans'] =>
  sent().flatMap(({ body }) => (JSON.parse(body) as Export).resourceSpans);

/** Everything that somebody writes or names says that it is a canary. */
async function doOneOfEach(): Promise<void> {
  const ask = (query: string, input: object) => app.ask(workspace, query, { input });
  const text = yamlOfSyncs(1).replaceAll('sync-0', 'canary-sync');
  await ask(
    'mutation CanaryName ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { files: [{ path: 'canary.yaml', text }] },
  );
  const url = `${collector.url}canary-hook`;
  await ask('mutation ($input: CreateChannelInput!) { createChannel(input: $input) { secret } }', {
    name: 'canary-channel',
    webhook: { url, kinds: ['run.queued'] },
  });
  const start =
    'mutation ($input: StartRunInput!) { canary: startRun(input: $input) { run { id } } }';
  await ask(start, { sync: 'canary-missing' });
  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(await app.makeToken(workspace, 'default'));
  await agent.welcome();
  agent.beat(1);
  await ask(start, { sync: 'canary-sync' });
  const { lease } = await agent.next('offer');
  agent.say({ case: 'accepted', value: { lease } }, 1n);
  await agent.acknowledged(1n);
  agent.vanish();
  await vi.waitFor(
    () => expect(collector.received.some(({ path }) => path === '/canary-hook')).toBe(true),
    15_000,
  );
}

const ofName = (name: string): Record<string, string | number | undefined>[] =>
  spans
    .filter((span) => span.name === name)
    .map(({ attributes }) =>
      Object.fromEntries(
        attributes.map(({ key, value }) => [
          key.replace('drawbridge.', ''),
          value.stringValue ?? value.intValue,
        ]),
      ),
    );

it('tells a collector what was asked, claimed, offered, accepted, delivered and scheduled', () => {
  expect(ofName('graphql')).toContainEqual({ operation: 'applyConfiguration' });
  expect(ofName('graphql')).toContainEqual({ operation: 'startRun', code: 'sync.not_found' });
  expect(ofName('job.claim')).toContainEqual({ poolId: expect.any(String), count: 1 });
  const [offer] = ofName('job.offer');
  expect(offer).toEqual({ agentId: expect.any(String), jobId: expect.any(String) });
  expect(ofName('job.accept')).toEqual([offer]);
  const { id: workspaceId } = workspace;
  expect(ofName('outbox.deliver')).toContainEqual({ kind: 'webhook', status: 204, workspaceId });
  expect(ofName('scheduler.round')).toContainEqual({ count: 0 });
});

it('says nothing that is not on the list, and no word of anybody', () => {
  const allowed = spanFacts.map((name) => `drawbridge.${name}`);
  const keys = new Set(spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
  expect([...keys].filter((key) => !allowed.includes(key))).toEqual([]);
  for (const { events = [], links = [], status } of spans) {
    expect([...events, ...links]).toEqual([]);
    expect(status.message).toBeUndefined();
  }
  const process = exported().flatMap(({ resource }) => resource.attributes.map(({ key }) => key));
  expect([...new Set(process)].sort()).toEqual(['service.instance.id', 'service.name']);
  for (const { body, headers } of sent())
    expect(`${body}${JSON.stringify(headers)}`.toLowerCase()).not.toContain('canary');
});
