import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { crashPoint, crashPoints, onCrashPoint, readCrash } from './crash-point.js';

afterEach(() => onCrashPoint(() => undefined));

const sources = fileURLToPath(new URL('.', import.meta.url));

it('has each point in one place at least, and none that is not listed', () => {
  const texts = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|testing\/|^crash-point\.ts$/.test(file))
    .map((file) => readFileSync(join(sources, file), 'utf8'));
  const called = texts.flatMap((text) =>
    [...text.matchAll(/crashPoint\(([^)]*)\)/g)].flatMap(([, name = '']) =>
      [...name.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, point]) => point),
    ),
  );
  expect(new Set(called)).toEqual(new Set(Object.keys(crashPoints)));
});

it('does nothing unless told to', () => {
  expect(() => crashPoint('head.before')).not.toThrow();
});

it('tells whoever asked which point is passed', () => {
  const passed: string[] = [];
  onCrashPoint((point) => void passed.push(point));
  crashPoint('head.before');
  crashPoint('head.after');
  expect(passed).toEqual(['head.before', 'head.after']);
});

it('reads a point and how often it is passed first', () => {
  expect(readCrash('head.before')).toEqual({ point: 'head.before', nth: 1 });
  expect(readCrash('batch.answered:12')).toEqual({ point: 'batch.answered', nth: 12 });
  for (const wrong of ['', 'head', 'toString', 'head.before:0', 'head.before:', 'head.before:1:2'])
    expect(readCrash(wrong)).toBeUndefined();
});

it('kills its process at the point, without another word', async () => {
  const script = `import { crashAt, crashPoint } from ${JSON.stringify(new URL('../dist/crash-point.js', import.meta.url).href)};
    process.on('exit', () => console.log('exit'));
    crashAt({ point: 'head.before', nth: 2 });
    for (let n = 1; n < 4; n += 1) { crashPoint('head.before'); console.log(n); }`;
  await expect(
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]),
  ).rejects.toMatchObject({ signal: 'SIGKILL', stdout: '1\n' });
});
