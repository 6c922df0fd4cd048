import { expect, it } from 'vitest';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';
import { windowOf } from './window.js';

const parsed = (schedule: string) =>
  parseSpecification([
    {
      path: 'a.yaml',
      text: `sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs: { a: { model: m, destination: d, object: o, mode: append, schedule: ${schedule} } }
`,
    },
  ]);

it.each([
  ['Mon-Fri 08:00-18:00', { weekdays: new Set([1, 2, 3, 4, 5]), from: 480, to: 1080 }],
  ['fri-mon,WED', { weekdays: new Set([5, 6, 0, 1, 3]), from: 0, to: 1440 }],
  ['22:00-06:00', { from: 1320, to: 360 }],
  ['12:00-24:00', { from: 720, to: 1440 }],
  ['1970-01-02..1970-01-04', { dates: { first: 1, last: 3 }, from: 0, to: 1440 }],
  ['2026-12-24 00:00-12:00', { dates: { first: 20_811, last: 20_811 }, from: 0, to: 720 }],
])('%s is a window', (text, expected) => {
  expect(windowOf(text)).toEqual(expected);
});

it.each([
  '',
  'Mo',
  'Mon Tue',
  'Mon-Tue-Wed',
  '8:00-18:00',
  '08:00-08:00',
  '08:60-09:00',
  '24:00-25:00',
  '08:00-24:01',
  '2026-02-30',
  '2026-12-26..2026-12-24',
  '2026-13-01',
  '08:00-18:00 Mon',
])('"%s" is none', (text) => {
  expect(windowOf(text)).toBeUndefined();
});

it.each([
  '{ every: 15m, timezone: Europe/Berlin, within: "Mon-Fri 08:00-18:00", except: ["12:00-13:00", "2026-12-24..2026-12-26"] }',
  '{ cron: "*/5 * * * *", timezone: Europe/Berlin, within: [Sat, Sun] }',
  '{ every: 15m, except: Sun }',
])('windows are written out as they were read: %s', (schedule) => {
  const { specification, problems } = parsed(schedule);
  expect(problems).toEqual([]);
  expect(parseSpecification(formatSpecification(specification!)).specification).toEqual(
    specification,
  );
});

it.each([
  ['{ every: 15m, within: Someday }', 'spec.bad_window'],
  ['{ every: 15m, within: [] }', 'spec.bad_value'],
  [
    `{ every: 15m, except: [${Array.from({ length: 21 }, () => 'Mon').join(', ')}] }`,
    'spec.bad_value',
  ],
  ['{ every: 15m, timezone: UTC }', 'spec.conflict'],
  ['{ every: 15m, within: Mon, timezone: Mars/Base }', 'spec.bad_timezone'],
  ['{ after: a, within: Mon }', 'spec.conflict'],
])('%s is refused', (schedule, code) => {
  expect(parsed(schedule).problems.map((problem) => problem.code)).toContain(code);
});
