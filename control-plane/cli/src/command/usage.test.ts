import { expect, it } from 'vitest';
import type { Ask } from '../api.js';
import { countNames, type UsageSum } from '../operation.js';
import { usage } from './usage.js';

const sum = (runs: number, sent: number): UsageSum => ({
  runs,
  succeeded: runs,
  completedWithErrors: 0,
  failed: 0,
  cancelled: 0,
  rows: {
    ...(Object.fromEntries(countNames.map((name) => [name, 0])) as UsageSum['rows']),
    sent,
  },
  bucketBytes: 2_048,
});
const found = {
  from: '2026-11-01',
  to: '2026-11-02',
  total: sum(3, 1_200),
  days: [
    { day: '2026-11-01', sum: sum(0, 0) },
    { day: '2026-11-02', sum: sum(3, 1_200) },
  ],
  syncs: [{ sync: 'people', sum: sum(3, 1_200) }],
};

it('shows days with a run, or syncs, and the sum of all', async () => {
  const asked: unknown[] = [];
  const ask: Ask = (_operation, variables) => {
    asked.push(variables);
    return Promise.resolve({ usage: found } as never);
  };
  const context = { ask: () => ask, note: () => undefined, live: () => undefined };
  const by = (what: string) =>
    usage.act({ args: [], options: { by: what, from: '2026-11-01' } }, context);
  const { lines, json } = await by('day');
  expect(json).toBe(found);
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^2026-11-02 +3 +0 +0 +1,200 +0 +0 +2,048$/);
  expect((await by('sync')).lines[1]).toMatch(/^people +3 /);
  expect(asked[0]).toEqual({ filter: { from: '2026-11-01' } });
  await expect(by('month')).rejects.toMatchObject({ code: 'cli.usage', exitCode: 2 });
});
