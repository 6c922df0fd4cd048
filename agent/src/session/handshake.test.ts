import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { problemFailure, refusals } from './handshake.js';

// The control plane's own words, read from its source: the two share no module, and yet one must know what the other says.
const root = new URL('../../../', import.meta.url);
const text = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

async function gatewayTexts(): Promise<string> {
  const folder = 'control-plane/src/gateway/';
  const names = await readdir(new URL(folder, root));
  const own = names.filter((name) => name.endsWith('.ts') && !name.includes('.test.'));
  return (await Promise.all(own.map((name) => text(`${folder}${name}`)))).join('\n');
}

const codesIn = (source: string): string[] =>
  [...source.matchAll(/'((?:session|frame)\.[a-z_]+)'/g)].map(([, code = '']) => code);

/** Every code that ends the agent: all that the gateway, the enrolment and the codec say, but what passes by itself. */
async function finalCodes(): Promise<string[]> {
  const gateway = await gatewayTexts();
  const passing = codesIn(/const passing = new Set\(\[([^\]]*)\]/.exec(gateway)?.[1] ?? '');
  const enrolment = await text('control-plane/src/agent/enrollment.service.ts');
  const whys = /^ {2}why: (.*);$/m.exec(enrolment)?.[1]?.match(/[a-z_]+/g) ?? [];
  const codec = codesIn(
    /type FrameProblem =([^;]*);/.exec(await text('proto/src/codec.ts'))?.[1] ?? '',
  );
  expect([passing.length, whys.length, codec.length].map((count) => count >= 3)).toEqual([
    true,
    true,
    true,
  ]);
  // What the control plane finds in its own words, before it says them.
  const unsaid = [...passing, 'frame.too_new'];
  const said = [...codesIn(gateway), ...whys.map((why) => `session.${why}`), ...codec];
  return [...new Set(said)].filter((code) => !unsaid.includes(code)).toSorted();
}

describe('what the control plane refuses an agent for', () => {
  it('has a text of its own for each code, and none for others', async () => {
    expect(Object.keys(refusals).toSorted()).toEqual(await finalCodes());
  });

  it('ends the agent, and says what to do', () => {
    for (const [code, message] of Object.entries(refusals)) {
      expect(problemFailure({ code, retryable: false })).toMatchObject({
        kind: 'CONFIG',
        code,
        message,
      });
      expect(message).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
    }
  });

  it('is tried again when it passes by itself', () => {
    expect(problemFailure({ code: 'session.restarting', retryable: true }).kind).toBe('TRANSIENT');
  });

  it('names a code that is newer than the agent', () => {
    const { kind, message } = problemFailure({ code: 'session.brand_new', retryable: false });
    expect({ kind, message }).toEqual({
      kind: 'CONFIG',
      message: expect.stringContaining('newer agent'),
    });
  });
});
