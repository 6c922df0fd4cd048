import { expect, it } from 'vitest';
import { tokensOf } from './tokens.js';
import { Translation } from './translate.js';

const sqlOf = (text: string, binds: readonly string[] = []): string =>
  new Translation({
    text,
    binds,
    current: { USER: 'ME', DATABASE: 'DB' },
    variables: new Map([['X', "'v'"]]),
    results: new Map(),
    history: () => '',
  }).sqlOf(tokensOf(text));

it.each([
  [
    'select a, b as "c", count(*), \'x\' from t',
    `SELECT A, B AS "c", COUNT(*) AS "COUNT(*)", 'x' AS "'X'" FROM T`,
  ],
  ['select t.*, 1 n from t', 'SELECT T . *, 1 AS "N" FROM T'],
  [
    'select v:a."B c"[0].d from t',
    `SELECT SF_PATH(V, '$."a"."B c"[0]."d"') AS "V:A.""B C""[0].D" FROM T`,
  ],
  ['select a::number(10,2) as a', 'SELECT CAST(A AS DECIMAL(10,2)) AS "A"'],
  [
    "select d from t where d > '2020-01-01'::date",
    "SELECT D FROM T WHERE D > CAST(TO_DATE('2020-01-01') AS DATE)",
  ],
  ['select current_user() as u, $x as x', `SELECT 'ME' AS "U", 'v' AS "X"`],
  ['select * from values (1, 2) as v (a, b)', 'SELECT * FROM (VALUES (1, 2)) AS "V" (A , B)'],
  ['select 1 as a minus select 2', 'SELECT 1 AS "A" EXCEPT SELECT 2 AS "2"'],
  ['select * from information_schema.tables t', `SELECT * FROM _sf.main.TABLES_OF('DB') AS "T"`],
  ['select distinct a from t limit 1', 'SELECT DISTINCT A FROM T LIMIT 1'],
])('%s', (snowflake, duck) => {
  expect(sqlOf(snowflake)).toBe(duck);
});

it('puts binds in their places, and misses those that are not given', () => {
  expect(sqlOf('select ? as a, :1 as b', ["'x'"])).toBe(`SELECT 'x' AS "A", 'x' AS "B"`);
  expect(() => sqlOf('select ?, ?', ["'x'"])).toThrow('Bind variable ? not set.');
});
