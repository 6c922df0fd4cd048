import { describe, expect, it } from 'vitest';
import type { SourceQuery } from '../../connector/source.js';
import type { DriverColumn } from './driver/protocol.js';
import { columnsOf, fromOf, selectOf } from './model.js';
import { ownName, quoteTable } from './name.js';

const text = (name: string): DriverColumn => ({ name, type: 'text', precision: null, scale: null });
const query = (change: Partial<SourceQuery>): SourceQuery => ({
  model: { table: 't' },
  columns: [],
  tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
  ...change,
});

describe('a model of Snowflake', () => {
  it('has the column that is written so, before the one that Snowflake would take', () => {
    const there = ['ID', 'id', 'NAME', 'Mixed'].map(text);
    const found = columnsOf(query({ columns: ['id', 'ID', 'name', 'Mixed'] }), there);
    expect(found.map(({ name, ownName: own }) => [name, own])).toEqual([
      ['id', 'id'],
      ['ID', 'ID'],
      ['name', 'NAME'],
      ['Mixed', 'Mixed'],
    ]);
    for (const name of ['mixed', 'nope'])
      expect(() => columnsOf(query({ columns: [name] }), there)).toThrow(
        expect.objectContaining({ code: 'source.column_missing' }),
      );
  });

  it('names its table as the configuration does, with quotes where they are needed', () => {
    expect(quoteTable('marts.public.people')).toBe('marts.public.people');
    expect(quoteTable('marts."Public".monthly totals')).toBe('marts."Public"."monthly totals"');
    expect(quoteTable('"a.b"."c""d"')).toBe('"a.b"."c""d"');
    expect(quoteTable(`t; drop table x`)).toBe('"t; drop table x"');
    expect(['people', '"People"', '"a""b"', 'two words'].map(ownName)).toEqual([
      'PEOPLE', 'People', 'a"b', 'two words',
    ]); // prettier-ignore
  });

  it.each([
    ['vector', 'json', 'to_json(to_variant("V"::array))'],
    ['variant', 'json', 'to_json(to_variant("V"))'],
    ['text', 'text', '"V"'],
    ['fixed', 'decimal', 'to_varchar("V")'],
    ['boolean', 'boolean', `case "V" when true then 't' when false then 'f' end`],
    ['date', 'date', `to_varchar("V", 'YYYY-MM-DD')`],
    ['timestamp_tz', 'timestamptz', `rtrim(rtrim(to_varchar(convert_timezone('UTC', "V"), 'YYYY-MM-DD HH24:MI:SS.FF9'), '0'), '.') || '+00'`],
    ['something_new', 'other', 'to_varchar("V")'],
  ])('asks for a %s as text that is the same value', (type, ours, sql) => {
    const [column] = columnsOf(query({ columns: ['V'] }), [{ ...text('V'), type }]);
    expect([column?.type, column?.sql]).toEqual([ours, sql]);
  }); // prettier-ignore

  it('ends a comment that its SQL ends with', () => {
    expect(fromOf(query({ model: { sql: 'select 1 -- one; ' } }))).toBe(
      'from (select 1 -- one\n) as model',
    );
  });

  it('keeps of rows with one key the first, told apart by their bytes', () => {
    const there = [text('ID'), text('AT')];
    const asked = query({
      columns: ['id'],
      first: { key: ['id'], orderBy: [{ column: 'at', descending: true }] },
    });
    const sql = selectOf(asked, columnsOf(asked, there), there);
    expect(sql.replace(/\s+/g, ' ')).toBe(
      `select "ID" as "drawbridge:0" from t as model qualify row_number() over (partition by hex_encode("ID")
       order by "AT" desc nulls last, hex_encode("ID")) = 1 or "ID" is null`.replace(/\s+/g, ' '),
    );
  });
});
