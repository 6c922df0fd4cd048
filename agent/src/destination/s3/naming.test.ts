import { describe, expect, it } from 'vitest';
import { folderOf, readFile, readFolder, render } from './naming.js';
import type { RunName } from './naming.js';

const run: RunName = {
  syncName: 'people → "S3"',
  startedAt: new Date('2026-01-02T03:04:05.678+02:00'),
  attempt: 'r.7',
};

describe('a folder', () => {
  it('is named by the time of the run in UTC, the sync and the attempt', () => {
    const name = readFolder('out/dt={YYYY}-{MM}-{DD}/{HH}{mm}{ss}/{sync}/{run}');
    expect(folderOf(name, run, '')).toBe('out/dt=2026-01-02/010405/people-S3-/r.7');
    expect(folderOf(name, run, 'a/b')).toBe('a/b/out/dt=2026-01-02/010405/people-S3-/r.7');
  });

  it.each([
    ['{hour}/{run}', /{hour} is not known/],
    ['{part}/{run}', /not known/],
    ['a b/{run}', /letters/],
    ['ż/{run}', /letters/],
    ['{run', /letters/],
  ])('is not %s', (template, why) => {
    expect(() => readFolder(template)).toThrow(
      expect.objectContaining({
        code: 'destination.bad_folder',
        message: expect.stringMatching(why) as string,
      }),
    );
  });

  it('gets a part for the run where it has none', () => {
    expect(folderOf(readFolder('out/{YYYY}'), run, '')).toBe('out/2026/r.7');
  });

  it.each([
    ['/out', ''],
    ['out/', ''],
    ['a//b', ''],
    ['a/../b', ''],
    ['.', ''],
    ['out', 'a/..'],
    ['out', 'ż'],
  ])('is not %s below %j', (template, prefix) => {
    expect(() => folderOf(readFolder(template), run, prefix)).toThrow(
      expect.objectContaining({ code: 'destination.bad_folder' }),
    );
  });

  it('lies nowhere among what agents keep, whatever prefix they have', () => {
    for (const [template, prefix] of [
      ['v1/ws=1/sync=2/{run}', ''],
      ['v1/ws=1/{run}', 'agents'],
      ['ws=1/{run}', 'agents/v1'],
    ] as const)
      expect(() => folderOf(readFolder(template), run, prefix)).toThrow(
        expect.objectContaining({ code: 'destination.own_state' }),
      );
    expect(folderOf(readFolder('api-v1/ws=1/{run}'), run, '')).toBe('api-v1/ws=1/r.7');
  });

  it('is not longer than S3 takes', () => {
    expect(() => folderOf(readFolder(`${'a'.repeat(900)}/{run}`), run, '')).toThrow(/900/);
  });
});

describe('a file', () => {
  it('has its operation and number in its name', () => {
    const name = readFile('operation={operation}/{sync}-{part}');
    expect(render(name, run, { operation: 'added', part: '00003' })).toBe(
      'operation=added/people-S3--00003',
    );
  });

  it.each([
    '{part}',
    '{operation}',
    '/{operation}{part}',
    '{operation}{part}/',
    '../{operation}{part}',
  ])('is not %s', (template) => {
    expect(() => readFile(template)).toThrow(
      expect.objectContaining({ code: 'destination.bad_folder' }),
    );
  });
});
