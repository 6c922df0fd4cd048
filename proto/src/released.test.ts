import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const proto = new URL('..', import.meta.url).pathname;
const released = join(proto, 'test/released.binpb');
const bufBin = join(proto, '../node_modules/.bin/buf');

function buf(args: readonly string[], folder = proto): string {
  const { status, stdout, stderr } = spawnSync(bufBin, args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? 'fine' : stdout + stderr;
}

/** A copy of the schema with one change in one file. */
function changed(file: string, change: (text: string) => string, judge: (folder: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'drawbridge-proto-'));
  try {
    for (const part of ['drawbridge', 'buf', 'buf.yaml'])
      cpSync(join(proto, part), join(folder, part), { recursive: true });
    const path = join(folder, 'drawbridge/v1', file);
    const before = readFileSync(path, 'utf8');
    expect(change(before)).not.toBe(before);
    writeFileSync(path, change(before));
    judge(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the schema', () => {
  it('keeps the rules of buf lint', () => {
    expect(buf(['lint'])).toBe('fine');
  });

  it('breaks nobody who speaks the last release', () => {
    expect(buf(['breaking', '--against', released])).toBe('fine');
  });

  it('would be noticed if it reused a number', () => {
    const reuse = (text: string) => text.replace('uint64 ack = 2', 'uint64 ack = 3');
    changed('frame.proto', reuse, (folder) => {
      expect(buf(['breaking', '--against', released], folder)).toContain('"2"');
    });
  });

  it('would be noticed if it dropped a field', () => {
    const drop = (text: string) => text.replace(/ {2}\/\/ How long the far side[\s\S]*?;\n/, '');
    changed('failure.proto', drop, (folder) => {
      expect(buf(['breaking', '--against', released], folder)).toContain('retry_after_ms');
    });
  });
});
