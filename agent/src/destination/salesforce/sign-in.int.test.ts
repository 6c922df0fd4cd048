import { describe, expect, it } from 'vitest';
import { openHttpReceiver } from '../../testing/http-receiver.js';
import { makeCredentials } from '../../testing/salesforce/server.js';
import type { SalesforceServer } from '../../testing/salesforce/server.js';
import { connect, connectedOrg, never } from '../../testing/salesforce-org.js';

/** What a check comes to. */
async function checked(
  server: Pick<SalesforceServer, 'url' | 'credentials'>,
  settings: Parameters<typeof connect>[1],
  secrets: Parameters<typeof connect>[2] = {},
): Promise<unknown> {
  const destination = connect(server as SalesforceServer, settings, secrets);
  const outcome = await destination.check(never).catch((error: unknown) => error);
  await destination.close();
  return outcome ?? 'in';
}

describe('signing in', () => {
  it('works by client credentials', async () => {
    const { server } = await connectedOrg();
    const { clientSecret } = server.credentials;
    const settings = { signIn: 'clientCredentials' };
    expect(await checked(server, settings, { clientSecret })).toBe('in');
    expect(await checked(server, settings, { clientSecret: 'guessed' })).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.auth_failed',
      vendorCode: 'INVALID_CLIENT',
    });
  });

  it('works for a sandbox', async () => {
    const { server } = await connectedOrg();
    expect(await checked(server, { sandbox: true })).toBe('in');
  });

  it.each([
    [{ username: 'somebody@else.com' }, 'INVALID_GRANT'],
    [{ clientId: '3MVG9unknown' }, 'INVALID_CLIENT_ID'],
  ])('is refused with %j, and keeps the credentials to itself', async (settings, vendorCode) => {
    const { server } = await connectedOrg();
    const failure = await checked(server, settings);
    expect(failure).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.auth_failed',
      vendorCode,
      dialogue: undefined,
    });
  });

  it('goes by the clock of Salesforce, not by that of the machine', async () => {
    const date = 'Sun, 01 Jun 2031 10:00:00 GMT';
    const receiver = await openHttpReceiver(() => ({ status: 404, headers: { date }, body: '[]' }));
    await checked({ url: receiver.url, credentials: makeCredentials() }, {});
    const form = new URLSearchParams(receiver.received.at(-1)?.body);
    const claims = Buffer.from(form.get('assertion')?.split('.')[1] ?? '', 'base64url').toString();
    expect(JSON.parse(claims)).toMatchObject({ exp: Date.parse(date) / 1000 + 180 });
    await receiver.close();
  });

  it('happens once for many requests at a time', async () => {
    const { server, destination } = await connectedOrg();
    await Promise.all(Array.from({ length: 5 }, () => destination.check(never)));
    expect(server.requests.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1);
  });

  it('is tried again after a failure', async () => {
    const { server, destination } = await connectedOrg();
    server.trouble({ kind: 'cut', when: 'before' }, { like: /token/ });
    await expect(destination.check(never)).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'destination.no_answer',
      dialogue: undefined,
    });
    await expect(destination.check(never)).resolves.toBeUndefined();
  });

  it.each(['<html>portal</html>', '{"access_token":5}', 'null'])(
    'says that what answers is not Salesforce: %s',
    async (body) => {
      const receiver = await openHttpReceiver(() => ({ status: 200, body }));
      const credentials = makeCredentials();
      expect(await checked({ url: receiver.url, credentials }, {})).toMatchObject({
        kind: 'CONFIG',
        code: 'destination.not_salesforce',
      });
      await receiver.close();
    },
  );

  it('is refused before anything is asked where it can not work', async () => {
    const { server } = await connectedOrg();
    const open = (settings: Record<string, unknown>, secrets = {}): unknown => {
      try {
        return connect(server, settings, secrets);
      } catch (error) {
        return error;
      }
    };
    const code = 'settings.invalid';
    expect(open({ loginUrl: 'ftp://acme' })).toMatchObject({ code });
    expect(open({ apiVersion: 'latest' })).toMatchObject({ code });
    expect(open({ apiVersion: '41.0' })).toMatchObject({ code });
    expect(open({}, { privateKey: 'hello' })).toMatchObject({ code: 'destination.bad_key' });
    expect(server.requests).toEqual([]);
  });
});
