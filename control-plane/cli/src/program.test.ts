import { describe, expect, it } from 'vitest';
import { commands } from './program.js';
import { drawbridge } from './testing/command-line.js';

describe('every command', () => {
  it.each(commands.map(({ usage, example }) => [usage.split(' ')[0]!, example]))(
    '%s has help with an example and --json',
    async (name, example) => {
      const { code, out } = await drawbridge([name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`$ ${example}`);
      expect(out).toContain('--json');
    },
  );

  it.each([
    [[]],
    [['nosuch']],
    [['validate']],
    [['runs', '--limit', 'x']],
    [['run', 's', '--nosuch']],
  ])('exits 2 for wrong usage: %j', async (args) => {
    const { code, out, err } = await drawbridge(args, { DRAWBRIDGE_TOKEN: 'x' });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });
});
