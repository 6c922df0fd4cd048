import { expect, it, vi } from 'vitest';
import { Config } from './config.js';
import { openTraces } from './open-traces.js';
import { attributesOf, beginSpan, traced } from './trace.js';

it('loads nothing and does nothing where no collector is configured', async () => {
  const load = vi.fn<() => void>();
  vi.doMock('./open-telemetry.js', () => {
    load();
    return {
      openTelemetry: () => ({ begin: () => ({ end: load }), close: async () => undefined }),
    };
  });
  const close = await openTraces(new Config());
  beginSpan('graphql', {}).end();
  await close();
  expect(load).not.toHaveBeenCalled();
  const closeOther = await openTraces(new Config({ tracesUrl: 'http://127.0.0.1:1' }));
  beginSpan('graphql', {}).end();
  await closeOther();
  beginSpan('graphql', {}).end();
  expect(load).toHaveBeenCalledTimes(2);
  vi.doUnmock('./open-telemetry.js');
});

it('keeps what is on the list, if it looks as it should', () => {
  const facts = { operation: 'startRun', kind: 'a sentence of somebody', count: 3, email: 'x@y.z' };
  expect(attributesOf(facts)).toEqual({
    'drawbridge.operation': 'startRun',
    'drawbridge.count': 3,
  });
});

it('ends a span with why it failed, and passes the failure on', async () => {
  const end = vi.fn<() => void>();
  const failing = traced({ end }, () => Promise.reject(new Error('Key (email)=(a@b.c) exists')));
  await expect(failing).rejects.toThrow('exists');
  expect(end).toHaveBeenCalledExactlyOnceWith({ code: 'internal' });
});
