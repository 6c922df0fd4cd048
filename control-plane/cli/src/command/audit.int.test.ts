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
        edges: chain().map((node) => ({ node: { ...node, after: JSON.stringify(node.after) } })),
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    } as never),
  note: () => undefined,
  live: () => undefined,
};
const act = (...args: string[]) => audit.act({ args, options: {} }, context);
async function exported(json = false): Promise<string[]> {
  const { stream } = await audit.act({ args: ['export'], options: { json } }, context);
  const lines: string[] = [];
  for await (const line of stream ?? []) lines.push(line);
  return lines;
}
const verifyHead = (head: string, file: string[] = []) =>
  audit.act({ args: ['verify', ...file], options: { head } }, context);

it('exports what verifies again from a file, whole or from the middle, and names what was changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-audit-'));
  const file = join(folder, 'audit.ndjson');
  const lines = await exported();
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

it('exports one document as it comes, when that is asked for', async () => {
  const document = await exported(true);
  expect(document).toHaveLength(chain().length + 2);
  expect(JSON.parse(document.join('\n'))).toEqual({ entries: chain() });
});

it('verifies against a head written down earlier, which a cut or rewritten log does not hold', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-audit-'));
  const [log, note] = [join(folder, 'audit.ndjson'), join(folder, 'head.txt')];
  const lines = await exported();
  const [first, , last] = chain().map(({ hash }) => hash);
  await writeFile(note, (await act('verify')).lines.join('\n'));
  expect(await verifyHead(note)).toMatchObject({ json: { hasHead: true, expectedHead: last } });
  await writeFile(log, lines.slice(0, 2).join('\n'));
  expect(await verifyHead(note, [log])).toMatchObject({
    exitCode: 1,
    json: { kind: 'whole', hasHead: false },
  });
  await writeFile(log, lines.slice(1).join('\n'));
  const kept = await verifyHead(first!.toUpperCase(), [log]);
  expect(kept.json).toMatchObject({ kind: 'whole', hasHead: true });
  expect(kept.exitCode).toBeUndefined();
  await writeFile(log, lines.join('\n'));
  for (const bad of ['abc', join(folder, 'none'), log])
    await expect(verifyHead(bad)).rejects.toMatchObject({ code: 'audit.bad_head', exitCode: 2 });
  await rm(folder, { recursive: true });
});
