import { parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { scheduleProblems } from './schedule-problems.js';

const codesOf = (schedule: string): string[] => {
  const text = yamlOfSyncs(1, `, schedule: ${schedule}`);
  const { specification, placeOf } = parseSpecification([{ path: 'a.yaml', text }]);
  const now = new Date('2026-06-05T18:00Z');
  return scheduleProblems(specification!, placeOf, now).map(({ code, line }) => `${line} ${code}`);
};

it('finds schedules whose times and windows never meet, and no others', () => {
  expect(codesOf('{ cron: "0 6 * * *", within: "08:00-18:00" }')).toEqual(['9 spec.never_due']);
  expect(codesOf('{ every: 15m, within: 2020-01-01 }')).toEqual(['9 spec.never_due']);
  expect(codesOf('{ cron: "0 6 * * *", except: "08:00-18:00" }')).toEqual([]);
  expect(codesOf('{ cron: "0 6 * * *" }')).toEqual([]);
  expect(codesOf('manual')).toEqual([]);
});
