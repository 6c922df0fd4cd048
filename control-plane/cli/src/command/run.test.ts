import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Given } from '../command.js';
import { makeProgram } from '../program.js';
import { startInput } from '../run-options.js';
import { run } from './run.js';

const examples = [run.example, ...(run.moreExamples ?? [])];

/** What an example asks for, as if it were typed. */
async function typed(example: string): Promise<Given> {
  const given: Given[] = [];
  const nowhere = { out: new PassThrough(), err: new PassThrough() };
  const program = makeProgram((_, one) => Promise.resolve(void given.push(one)), nowhere);
  await program.parseAsync(example.split(' ').slice(1), { from: 'user' });
  return given[0]!;
}

describe('the examples of the run command', () => {
  it.each((run.options ?? []).map(([flags]) => flags.split(' ')[0]!))('show %s', (flag) => {
    expect(examples.some((example) => example.split(' ').includes(flag))).toBe(true);
  });

  it.each(examples)('can be typed as they are: %s', async (example) => {
    const { args, options } = await typed(example);
    expect(startInput(args[0]!, options)).toMatchObject({ sync: 'customers-to-app' });
  });
});
