import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../clock.js';
import type { DestinationConnection } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import { onCrashPoint } from '../../crash-point.js';
import type { CrashPoint } from '../../crash-point.js';
import { Failure } from '../../failure.js';
import { Limiter } from '../../sync/limiter.js';
import type { SyncReport, SyncRequest } from '../../sync/sync-request.js';
import { column, eagerClock, openEngine } from '../../testing/engine.js';
import type { Engine } from '../../testing/engine.js';
import { memorySource } from '../../testing/memory-connectors.js';
import type { TextRow } from '../../testing/memory-connectors.js';
import { MemoryStore } from '../../testing/memory-store.js';
import { openSlackServer } from '../../testing/slack/server.js';
import type { SlackServer } from '../../testing/slack/server.js';
import type { Channel } from '../../testing/slack/workspace.js';
import { announced, options as fieldsOfOptions } from './options.js';
import slack from './index.js';

// Slack's feed as a sync runs it. Time passes while somebody waits, for the engine and for Slack alike.

let nowMs: number;
let server: SlackServer;
let general: Channel;
let destination: DestinationConnection;
let engine: Engine;
let table: TextRow[];
let isDead: boolean;

const clock: Clock = {
  ...eagerClock,
  now: () => nowMs,
  monotonicMs: () => nowMs,
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    nowMs += ms;
  },
};

const dead = (): Failure => new Failure('INTERNAL', 'internal.killed', 'The agent is dead.');

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  isDead = false;
  server = await openSlackServer({ clock: { now: () => nowMs } });
  general = server.workspace.makeChannel('general');
  table = ['1', '2', '3'].map((id) => ({ id, name: `person ${id}`, plan: 'free' }));
  await connect(['chat:write', 'channels:read', 'channels:history', 'files:write']);
});
afterEach(async () => {
  onCrashPoint(() => undefined);
  await engine.close();
  await destination.close();
  await server.close();
});

async function connect(scopes: readonly string[]): Promise<void> {
  await engine?.close();
  await destination?.close();
  destination = slack.open({
    settings: readSettings(slack.settings, { apiUrl: server.apiUrl }),
    secrets: { token: server.workspace.makeToken(scopes) },
  });
  const store = new MemoryStore(() => {
    if (isDead) throw dead();
  });
  engine = await openEngine({ source: memorySource(() => table), destination, store });
}

const run = async (
  given: RawSettings = { added: {} },
  change: Partial<SyncRequest> = {},
): Promise<SyncReport> =>
  engine.run(
    {
      mode: 'append',
      object: '#general',
      key: [{ field: 'id', column: 'id' }],
      fields: [column('name'), column('plan')],
      onRemoved: { action: 'nothing', set: [] },
      firstRun: 'send',
      options: readSettings(fieldsOfOptions, given),
      appends: announced(given),
      ...change,
    },
    { clock, limiter: new Limiter({ requestsPerSecond: 1, concurrency: 1 }, clock) },
  );
const texts = (): string[] => general.messages.map(({ text }) => text);
const names = (): string[] => texts().map((text) => text.split('\n')[0] ?? '');
const add = (count: number): void => {
  for (let n = 0; n < count; n += 1)
    table.push({ id: String(100 + n), name: `new ${n}`, plan: 'free' });
};

it('says nothing of what is there, and then tells of each change', async () => {
  const all = { added: {}, changed: {}, removed: { text: '{{ name }} has left' } };
  await run(all, { firstRun: 'baseline' });
  expect(texts()).toEqual([]);
  table = [
    { id: '1', name: 'person 1', plan: 'pro' },
    table[1]!,
    { id: '4', name: 'Dora', plan: 'pro' },
  ];
  expect(await run(all)).toMatchObject({
    outcome: 'succeeded',
    counts: { added: 1, changed: 1, removed: 1, sent: 3 },
  });
  expect(texts()).toEqual([
    'person 3 has left',
    '*Changed* 1\n• plan: free → pro',
    '*Added* 4\n• name: Dora\n• plan: pro',
  ]);
  await run(all, { firstRun: 'baseline' });
  expect(texts()).toHaveLength(3);
});

it('does not claim to know what a row was where only hashes are kept', async () => {
  const request = { snapshots: 'hashed' } as const;
  const given = { changed: {}, removed: {} };
  await run(given, { ...request, firstRun: 'baseline' });
  table = [{ ...table[0]!, plan: 'pro' }, table[1]!];
  await run(given, request);
  expect(texts()).toEqual(['*Removed* 3', '*Changed* 1\n• name: person 1\n• plan: pro']);
});

it('posts no faster than Slack takes it, and waits when it was', async () => {
  add(40);
  expect(await run({ added: {}, collapseAbove: 0 })).toMatchObject({ outcome: 'succeeded' });
  expect(texts()).toHaveLength(43);
  const seconds = (nowMs - Date.UTC(2026, 0, 2, 3, 4, 5)) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(42);
  expect(seconds).toBeLessThan(60);
  const unlimited = {
    limiter: new Limiter({ requestsPerSecond: 0, concurrency: 0 }, clock),
    clock,
  };
  table = table.map((row, n) => ({ ...row, name: `renamed ${n}` }));
  const report = await engine.run(
    {
      mode: 'append',
      object: '#general',
      key: [{ field: 'id', column: 'id' }],
      fields: [column('name'), column('plan')],
      onRemoved: { action: 'nothing', set: [] },
      options: readSettings(fieldsOfOptions, { changed: {}, collapseAbove: 0 }),
      appends: ['changed'],
    },
    unlimited,
  );
  expect(report).toMatchObject({ outcome: 'succeeded' });
  expect(new Set(texts()).size).toBe(texts().length);
});

it('tells of more rows than anybody reads by their count', async () => {
  add(500);
  expect(await run({ added: {} })).toMatchObject({ outcome: 'succeeded', counts: { sent: 503 } });
  expect(texts()).toEqual(['*503 rows were added*']);
});

it.each(['before', 'after'] as const)(
  'posts a message once whose line was cut %s it arrived',
  async (when) => {
    server.moods.next('chat.postMessage', { kind: 'cut', when });
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 3, uncertain: 0 } });
    expect(names().toSorted()).toEqual(['*Added* 1', '*Added* 2', '*Added* 3']);
  },
);

it('posts a message once that a gateway gave up on, and that the history does not show at once', async () => {
  server.workspace.showsAfterMs = 4_000;
  server.moods.next('chat.postMessage', { kind: 'status', status: 504, taken: true });
  expect(await run({ added: {}, shape: 'digest' })).toMatchObject({ outcome: 'succeeded' });
  expect(texts()).toEqual(['*3 rows were added*']);
});

it('holds what may have been posted where the token may not look', async () => {
  await connect(['chat:write', 'channels:read']);
  server.moods.next('chat.postMessage', { kind: 'cut', when: 'after' });
  expect(await run()).toMatchObject({
    outcome: 'completed_with_errors',
    counts: { sent: 2, uncertain: 1 },
  });
  await run();
  expect(names()).toEqual(['*Added* 1', '*Added* 2', '*Added* 3']);
});

it('shares a file once, wherever its line was cut', async () => {
  add(50);
  for (const step of ['files.getUploadURLExternal', 'upload', 'files.completeUploadExternal'])
    server.moods.next(step, { kind: 'cut', when: 'before' }, { kind: 'cut', when: 'after' });
  expect(await run({ added: {}, shape: 'file' })).toMatchObject({
    outcome: 'succeeded',
    counts: { sent: 53 },
  });
  expect(general.messages).toHaveLength(1);
  expect(String(general.messages[0]?.files?.[0]?.content).split('\r\n')).toHaveLength(55);
});

const dieAt = async (point: CrashPoint, given: RawSettings): Promise<void> => {
  onCrashPoint((name) => {
    if (name !== point) return;
    isDead = true;
    throw dead();
  });
  expect(await run(given)).toMatchObject({ outcome: 'failed' });
  onCrashPoint(() => undefined);
  isDead = false;
};

const each = ['*Added* 1', '*Added* 2', '*Added* 3'];
const all = ['*3 rows were added*'];
it.each([
  ['message', 'batch.before', each],
  ['message', 'batch.answered', each],
  ['message', 'deliver.after', each],
  ['digest', 'batch.answered', all],
  ['file', 'batch.before', all],
  ['file', 'batch.answered', all],
] as const)('tells of each row once after a %s was cut off at %s', async (shape, point, posted) => {
  const given = { added: {}, shape };
  await dieAt(point, given);
  expect(await run(given)).toMatchObject({ outcome: 'succeeded', counts: { uncertain: 0 } });
  expect(names()).toEqual(posted);
});
