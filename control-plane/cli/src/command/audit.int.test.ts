import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditHashOf } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import type { Ask } from '../api.js';
import { audit } from './audit.js';

/** A chain of three, oldest first. */
function chain() {
  let previous = '0'.repeat(64);
  return [1, 2, 3].map((sequence) => {
    const entry = {
      workspaceId: 'w',
      sequence,
      id: `e${sequence}`,
      createdAt: '2026-11-25T00:00:00.000Z',
      actor: { kind: 'key', id: null, name: 'ci' },
      action: 'sync.pause',
      subject: { kind: 'sync', id: null, name: 'people' },
      before: null,
      after: { paused: true },
      address: null,
      userAgent: null,
      previous,
      hash: '',
    };
    entry.hash = auditHashOf(entry);
    previous = entry.hash;
    return entry;
  });
}

const context = {
  ask: (): Ask => () =>
    Promise.resolve({
      audit: {
        edges: chain()
          .toReversed()
          .map((node) => ({ node: { ...node, after: JSON.stringify(node.after) } })),
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    } as never),
  note: () => undefined,
  live: () => undefined,
};
const act = (...args: string[]) => audit.act({ args, options: {} }, context);

it('exports what verifies again from a file, whole or from the middle, and names what was changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-audit-'));
  const file = join(folder, 'audit.ndjson');
  const { lines } = await act('export');
  const verify = async (text: readonly string[]) => {
    await writeFile(file, text.join('\n'));
    return act('verify', file);
  };
  const head = chain().at(-1)?.hash;
  expect((await act('verify')).json).toMatchObject({ kind: 'whole', entries: 3, head });
  expect((await verify(lines)).json).toMatchObject({ kind: 'whole', entries: 3, head });
  expect((await verify(lines.slice(1))).json).toMatchObject({ kind: 'whole', first: 2, head });
  const forged = lines.map((line) => line.replace('"e2"', '"e9"'));
  expect(await verify(forged)).toMatchObject({
    exitCode: 1,
    json: { sequence: 2, why: 'changed' },
  });
  await expect(verify(['{'])).rejects.toMatchObject({ code: 'audit.bad_export', exitCode: 2 });
  await rm(folder, { recursive: true });
});
