import { describe, expect, it } from 'vitest';
import { Duplicates } from '../gen/drawbridge/v1/sync_pb.js';
import { compileSync } from './compile.js';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';

const parsed = (words: string) =>
  parseSpecification([
    {
      path: 'a.yaml',
      text: `sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models:
  m:
    source: s
    table: t
    primaryKey: [id]
${words}
syncs: { x: { model: m, destination: d, object: o, mode: append } }
`,
    },
  ]);

const duplicatesIn = (words: string) => parsed(words).specification?.models.m?.duplicates;

const problemsOf = (words: string): string[] =>
  parsed(words).problems.map(({ line, column, code }) => `${line}:${column} ${code}`);

describe('copies of a key', () => {
  it('are invalid unless the model says otherwise', () => {
    expect(duplicatesIn('')).toBeUndefined();
    expect(duplicatesIn('    duplicates: invalid')).toBeUndefined();
    expect(duplicatesIn('    duplicates: fail')).toEqual({ keep: 'fail' });
  });

  it('have a first by an order', () => {
    const words =
      '    duplicates: first\n    orderBy: [updated_at desc, " a b ASC", id, desc, x  DESC]';
    expect(duplicatesIn(words)).toEqual({
      keep: 'first',
      orderBy: [
        { column: 'updated_at', descending: true },
        { column: 'a b', descending: false },
        { column: 'id', descending: false },
        { column: 'desc', descending: false },
        { column: 'x', descending: true },
      ],
    });
  });

  it('are written out as they were read, whatever a column is called', () => {
    const { specification } = parsed(
      '    duplicates: first\n    orderBy: [sort asc asc, b desc, id]',
    );
    const files = formatSpecification(specification!);
    expect(parseSpecification(files).specification).toEqual(specification);
    expect(files.find(({ path }) => path === 'models.yaml')?.text).toContain(
      `duplicates: first
    orderBy:
      - sort asc asc
      - b desc
      - id
`,
    );
  });

  it('are on the wire only where they are not what they always were', () => {
    const modelOf = (words: string) =>
      compileSync(parsed(words).specification!, 'x', {
        workspaceId: 'w',
        syncId: 's',
        version: 1,
      }).model;
    expect(modelOf('    duplicates: invalid')).toMatchObject({
      duplicates: Duplicates.UNSPECIFIED,
      orderBy: [],
    });
    expect(modelOf('    duplicates: fail')).toMatchObject({ duplicates: Duplicates.FAIL });
    expect(modelOf('    duplicates: first\n    orderBy: [b desc, a]')).toMatchObject({
      duplicates: Duplicates.FIRST,
      orderBy: [
        { column: 'b', descending: true },
        { column: 'a', descending: false },
      ],
    });
  });
});

describe('a mistake about copies is found where it stands', () => {
  const many = Array.from({ length: 33 }, (_, n) => `c${n}`).join(', ');

  it.each([
    ['an unknown word', '    duplicates: last', '8:17 spec.bad_value'],
    ['a first without an order', '    duplicates: first', '8:17 spec.missing'],
    ['an order without a first', '    orderBy: [a]', '8:5 spec.conflict'],
    ['an order of another word', '    orderBy: [a]\n    duplicates: fail', '8:5 spec.conflict'],
    ['no column', '    duplicates: first\n    orderBy: []', '9:5 spec.missing'],
    ['a word for a list', '    duplicates: first\n    orderBy: a', '9:14 spec.wrong_type'],
    ['an empty column', '    duplicates: first\n    orderBy: [a, ""]', '9:18 spec.missing'],
    [
      'a column twice',
      '    duplicates: first\n    orderBy: [a, a desc]',
      '9:5 spec.duplicate_name',
    ],
    ['too many columns', `    duplicates: first\n    orderBy: [${many}]`, '9:5 spec.bad_value'],
  ])('%s', (_name, words, expected) => {
    expect(problemsOf(words)).toEqual([expected]);
  });
});
