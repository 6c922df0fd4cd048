import { expect, it } from 'vitest';
import type { Ask } from '../api.js';
import type { Given } from '../command.js';
import { workspace } from './workspace.js';

const found = {
  id: 'w',
  name: 'acme',
  retentionDays: 400,
  auditRetentionDays: 2_557,
  maxLeasedRuns: null,
};

async function act(options: Given['options']) {
  const asked: unknown[] = [];
  const ask: Ask = (_operation, variables) => {
    asked.push(variables);
    return Promise.resolve({ workspace: found, updateWorkspace: { workspace: found } } as never);
  };
  const context = { ask: () => ask, note: () => undefined, live: () => undefined };
  return { asked, ...(await workspace.act({ args: [], options }, context)) };
}

it('shows the settings, and changes those that are given', async () => {
  const { asked, json, lines } = await act({});
  expect({ asked, json }).toEqual({ asked: [{}], json: found });
  expect(lines).toContain('runs are kept      400 days');
  expect((await act({ retentionDays: '90', maxRuns: 'none' })).asked).toEqual([
    { input: { retentionDays: 90, maxLeasedRuns: null } },
  ]);
  expect((await act({ name: 'x', auditRetentionDays: '500', maxRuns: '3' })).asked).toEqual([
    { input: { name: 'x', auditRetentionDays: 500, maxLeasedRuns: 3 } },
  ]);
  await expect(act({ retentionDays: 'soon' })).rejects.toMatchObject({ code: 'cli.usage' });
});
