import { describe, expect, it } from 'vitest';
import { drawbridge } from './testing/command-line.js';
import { openFakeControlPlane, token } from './testing/fake-control-plane.js';

describe('a server that is not as it should be', () => {
  it('is named when it does not answer', async () => {
    const url = await (async () => {
      await using gone = await openFakeControlPlane();
      return gone.url;
    })();
    const { code, err } = await drawbridge(['agents'], {
      DRAWBRIDGE_URL: url,
      DRAWBRIDGE_TOKEN: token,
    });
    expect(code).toBe(1);
    expect(err).toContain(`No answer from ${url} (ECONNREFUSED)`);
  });

  it('says what to do about a key that it does not know', async () => {
    await using server = await openFakeControlPlane();
    const env = { DRAWBRIDGE_URL: server.url, DRAWBRIDGE_TOKEN: 'wrong' };
    const said = await drawbridge(['agents', '--json'], env);
    expect(said.code).toBe(1);
    expect(said.json()).toMatchObject({ error: { code: 'auth.bad_key' } });
    expect(said.err).toContain('Check DRAWBRIDGE_TOKEN');
  });

  it('is not asked without a key', async () => {
    expect(await drawbridge(['agents'])).toMatchObject({ code: 2, out: '' });
  });
});
