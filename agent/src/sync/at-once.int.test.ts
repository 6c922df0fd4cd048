import { expect, it } from 'vitest';
import { readSettings } from '../connector/settings.js';
import http from '../destination/http/index.js';
import { openEngine, eagerClock } from '../testing/engine.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import { memorySource } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { Limiter } from './limiter.js';

it('sends as many requests at once as the connection allows, and no more', async () => {
  const allowed = 40;
  const receiver = await openHttpReceiver(() => ({ status: 200 }));
  const table = Array.from({ length: 100 }, (_, n) => ({ id: String(n), name: 'n', team: null }));
  const engine = await openEngine({
    source: memorySource(() => table),
    destination: http.open({
      settings: readSettings(http.settings, { baseUrl: receiver.url }),
      secrets: { secret: undefined },
    }),
    store: new MemoryStore(),
  });
  try {
    const holds = Array.from({ length: allowed }, () => receiver.holdNext());
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: allowed }, eagerClock);
    const run = engine.run({}, { limiter });
    await Promise.all(holds.map((hold) => hold.held()));
    expect(receiver.received).toHaveLength(allowed);
    await Promise.all(holds.map((hold) => hold.release()));
    expect(await run).toMatchObject({ outcome: 'succeeded', counts: { sent: 100 } });
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(100);
  } finally {
    await engine.close();
    await receiver.close();
  }
});
