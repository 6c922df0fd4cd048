import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openFakeControlPlane, token } from './testing/fake-control-plane.js';
import { sampleRun } from './testing/sample-run.js';

const bin = new URL('../bin/drawbridge.js', import.meta.url).pathname;

describe('the command in a process of its own', () => {
  it('takes its settings from the environment, and ends with the code of the run', async () => {
    await using server = await openFakeControlPlane();
    server.state.looks = [{ state: 'completed_with_errors', counts: sampleRun.counts }];
    const env = { DRAWBRIDGE_URL: server.url, DRAWBRIDGE_TOKEN: token };
    const { code, out, err } = await start(['run', 'customers-to-app', '--wait', '--json'], env);
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(JSON.parse(out)).toMatchObject({ state: 'completed_with_errors' });
  });

  it('says wrong usage on standard error alone', async () => {
    expect(await start(['nosuch'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('nosuch'),
    });
  });
});

async function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args], { env: { PATH: '', ...env } });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}
