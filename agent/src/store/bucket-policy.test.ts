import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { pathsOf } from '../sync/paths.js';

interface Statement {
  Action: string | string[];
  Resource: string | string[];
}

/** Whether the policy of the README lets the agent do that to a key. */
async function mayOf(action: string): Promise<(key: string) => boolean> {
  const text = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  const { Statement: statements } = JSON.parse(json) as { Statement: Statement[] };
  const patterns = statements
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat())
    .map((resource) => resource.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'))
    .map((pattern) => new RegExp(`^${pattern}$`));
  return (key) => patterns.some((pattern) => pattern.test(`arn:aws:s3:::BUCKET/PREFIX/${key}`));
}

const paths = pathsOf({ workspaceId: 'w', syncId: 's' });
const at = new Date(0);
const removed = [
  paths.manifest(1, 'r-1'),
  paths.fingerprint(1, 'base-r-1'),
  paths.values(1, 'base-r-1'),
  paths.rejected(1, 'r-1'),
  paths.plan('r', 1n, 'added'),
  paths.ack('r', 1n, 0),
  paths.approval('digest'),
  `${paths.lookup('team')}1.parquet`,
  `${paths.changelog('r')}_log-1.json`,
  'v1/check-1',
];
const kept = [
  paths.head,
  paths.error('r', 'e'),
  paths.runReport(at, 'r', '1'),
  paths.created(at, 'team'),
];

it('documents leave to remove what the agent removes, and nothing else', async () => {
  const may = await mayOf('s3:DeleteObject');
  expect(removed.filter((key) => !may(key))).toEqual([]);
  expect(kept.filter(may)).toEqual([]);
});

it('documents leave to read and write everything', async () => {
  for (const action of ['s3:GetObject', 's3:PutObject']) {
    const may = await mayOf(action);
    expect([...removed, ...kept].filter((key) => !may(key))).toEqual([]);
  }
});
