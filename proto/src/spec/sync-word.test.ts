import { describe, expect, it } from 'vitest';
import { GuardAction, MappingChange, Snapshots } from '../gen/drawbridge/v1/sync_pb.js';
import { canonicalBytes } from './canonical.js';
import { compileSync } from './compile.js';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';

/** What a sync says of its snapshots, its rejected rows and its guards, and which mode lets it. */
const parsed = (words: string, mode = 'mirror') =>
  parseSpecification([
    {
      path: 'a.yaml',
      text: `sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs:
  x:
    model: m
    destination: d
    object: o
    mode: ${mode}
    key: { id: id }
${words}
`,
    },
  ]);

const specOf = (words: string) =>
  compileSync(parsed(words).specification!, 'x', { workspaceId: 'w', syncId: 's', version: 1 });

const problemsOf = (words: string, mode?: string): string[] =>
  parsed(words, mode).problems.map(({ line, column, code }) => `${line}:${column} ${code}`);

const all = `    snapshots: hashed
    quarantineAfter: 5
    mappingChange: from-now-on
    guards: { removed: { rows: 10, percent: 10, action: approve }, emptyResult: stop }`;

describe('the words of a sync', () => {
  it('are read, sent and written out', () => {
    const { specification } = parsed(all);
    expect(specification?.syncs.x).toMatchObject({
      snapshots: 'hashed',
      quarantineAfter: 5,
      mappingChange: 'from-now-on',
      guards: { removed: { action: 'approve' } },
    });
    expect(specOf(all)).toMatchObject({
      snapshots: Snapshots.HASHED,
      quarantineAfter: 5,
      mappingChange: MappingChange.FROM_NOW_ON,
      guards: { removed: { action: GuardAction.APPROVE } },
    });
    const files = formatSpecification(specification!);
    expect(parseSpecification(files).specification).toEqual(specification);
    expect(files.find(({ path }) => path === 'syncs.yaml')?.text).toMatch(
      /snapshots: hashed\n +quarantineAfter: 5\n +mappingChange: from-now-on\n/,
    );
  });

  // Which goes first is no matter of the agent: a sync that waits differently sends the same.
  it('say which goes first, without a new version of the sync', () => {
    const { specification } = parsed('    priority: low');
    expect(specification?.syncs.x).toMatchObject({ priority: 'low' });
    const files = formatSpecification(specification!);
    expect(parseSpecification(files).specification).toEqual(specification);
    expect(canonicalBytes(specOf('    priority: low'))).toEqual(canonicalBytes(specOf('')));
    expect(parsed('    priority: normal').specification).toStrictEqual(parsed('').specification);
    expect(problemsOf('    priority: urgent')).toEqual(['11:15 spec.bad_value']);
  });

  // What was stored, compared and signed before these words must stay the same.
  it('leave no trace where they say what was always done', () => {
    const said = '    snapshots: full\n    mappingChange: backfill';
    expect(parsed(said).specification).toStrictEqual(parsed('').specification);
    expect(canonicalBytes(specOf(said))).toEqual(canonicalBytes(specOf('')));
  });

  it.each(['upsert', 'update', 'mirror'])('let mode %s say what a new mapping does', (mode) => {
    expect(problemsOf('    mappingChange: stop', mode)).toEqual([]);
  });

  it.each([
    ['added: { rows: 5, action: approve }', 'added'],
    ['changed: { percent: 5, action: approve }', 'changed'],
  ])('let every guard ask: %s', (guard, name) => {
    const sync = parsed(`    guards: { ${guard} }`).specification?.syncs.x;
    expect(sync?.guards).toMatchObject({ [name]: { action: 'approve' } });
  });
});

describe('a mistake in one is found where it stands', () => {
  it.each([
    ['snapshots: none', 'mirror', '11:16 spec.bad_value'],
    ['snapshots: true', 'mirror', '11:16 spec.wrong_type'],
    ['quarantineAfter: 0', 'mirror', '11:22 spec.bad_value'],
    ['quarantineAfter: 1001', 'mirror', '11:22 spec.bad_value'],
    ['quarantineAfter: 1.5', 'mirror', '11:22 spec.bad_value'],
    ['quarantineAfter: never', 'mirror', '11:22 spec.wrong_type'],
    ['mappingChange: from now on', 'mirror', '11:20 spec.bad_value'],
    ['mappingChange: backfill', 'append', '11:20 spec.conflict'],
    ['mappingChange: from-now-on', 'create', '11:20 spec.conflict'],
    ['mappingChange: stop', 'replace', '11:20 spec.conflict'],
    ['guards: { added: { action: ask } }', 'mirror', '11:32 spec.bad_value'],
    ['guards: { emptyResult: approve }', 'mirror', '11:28 spec.bad_value'],
    ['quarantineAfter: 3', 'replace', '11:22 spec.conflict'],
    ['onRemoved: delete', 'replace', '11:16 spec.conflict'],
  ])('%s in mode %s', (words, mode, expected) => {
    expect(problemsOf(`    ${words}`, mode)).toEqual([expected]);
  });

  it('is said with what can be done', () => {
    const messageOf = (words: string, mode?: string) =>
      parsed(`    ${words}`, mode).problems[0]?.message;
    expect(messageOf('guards: { added: { action: ask } }')).toContain('stop, withhold, approve');
    expect(messageOf('quarantineAfter: 0')).toContain('from 1 to 1000');
    expect(messageOf('mappingChange: stop', 'append')).toContain('sends a row once');
  });
});
