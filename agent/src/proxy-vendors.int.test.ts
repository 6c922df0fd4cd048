import { openForwardProxy } from '@drawbridge/local/forward-proxy.js';
import type { ForwardProxy } from '@drawbridge/local/forward-proxy.js';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { readSettings } from './connector/settings.js';
import type { SourceConnection } from './connector/source.js';
import http from './destination/http/index.js';
import s3 from './destination/s3/index.js';
import { leaveThrough } from './proxy.js';
import snowflake from './source/snowflake/index.js';
import { openHttpReceiver } from './testing/http-receiver.js';
import { openS3Fixture } from './testing/s3-bucket.js';
import { connect } from './testing/salesforce-org.js';
import { standardObjects } from './testing/salesforce/objects.js';
import { openSalesforceServer } from './testing/salesforce/server.js';
import { openSlackStage } from './testing/slack/stage.js';
import { openSnowflakeServer } from './testing/snowflake/snowflake-server.js';

// Each connector that speaks HTTP, by whatever client: with a forward proxy it goes there, but for hosts of NO_PROXY.

interface Reached {
  /** As the proxy is asked for it. */
  host: string;
  check(): Promise<void>;
}

const signal = new AbortController().signal;
const hostOf = (url: string): string => new URL(url).host;

const connectors: Record<string, () => Promise<Reached>> = {
  'destination/http': async () => {
    const receiver = await openHttpReceiver(() => ({ status: 200 }));
    onTestFinished(() => receiver.close());
    const settings = readSettings(http.settings, { baseUrl: receiver.url });
    const open = () => http.open({ settings, secrets: readSettings(http.secrets, {}) });
    return { host: hostOf(receiver.url), check: () => open().check(signal) };
  },
  'destination/s3': async () => {
    const { settings, secrets, close } = await openS3Fixture();
    onTestFinished(close);
    const read = readSettings(s3.settings, settings);
    const open = () => s3.open({ settings: read, secrets: readSettings(s3.secrets, secrets) });
    return { host: hostOf(String(settings.endpoint)), check: () => open().check(signal) };
  },
  'destination/salesforce': async () => {
    const server = await openSalesforceServer({ objects: standardObjects });
    onTestFinished(() => server.close());
    return { host: hostOf(server.url), check: () => connect(server).check(signal) };
  },
  'destination/slack': async () => {
    const stage = await openSlackStage();
    onTestFinished(() => stage.close());
    return { host: hostOf(stage.server.apiUrl), check: () => stage.connect().check(signal) };
  },
};

let proxy: ForwardProxy;

beforeEach(async () => {
  proxy = await openForwardProxy();
});
afterEach(async () => {
  leaveThrough(undefined);
  vi.unstubAllEnvs();
  await proxy.close();
});

/** As the process has it from its start; the thread of a driver reads the environment for itself. */
function leave(except: string, isUsed = true): void {
  const url = `http://127.0.0.1:${proxy.port}`;
  leaveThrough({ url, except, isUsed });
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY']) vi.stubEnv(name, url);
  vi.stubEnv('NO_PROXY', except);
  vi.stubEnv('NODE_USE_ENV_PROXY', isUsed ? '1' : '');
}

it.each(Object.entries(connectors))(
  '%s leaves through the proxy, or past it',
  async (_name, open) => {
    const { host, check } = await open();
    leave('127.0.0.1');
    await check();
    leave('', false);
    await check();
    expect(proxy.asked).toEqual([]);
    leave('');
    await check();
    expect(new Set(proxy.asked)).toEqual(new Set([host]));
  },
);

// Its driver has a thread of its own, which reads the environment for itself. That rows come through the proxy as well, by
// TLS, is seen in `npm run test:egress`: an authority that is trusted later reaches no other thread.
it('source/snowflake leaves through the proxy, or past it', async () => {
  const server = await openSnowflakeServer();
  onTestFinished(() => server.close());
  const { account, url, user, warehouse, database, schema, password } = server;
  const open = (at: string): SourceConnection => {
    const given = { account, url: at, user, warehouse, database, schema, signIn: 'password' };
    const settings = readSettings(snowflake.settings, given);
    const secrets = readSettings(snowflake.secrets, { password }, settings);
    return snowflake.open({ settings, secrets });
  };
  leave('127.0.0.1');
  await open(url).check(signal);
  leave('', false);
  await open(url).check(signal);
  expect(proxy.asked).toEqual([]);
  leave('');
  const asked = new AbortController();
  proxy.answers = () => (asked.abort(), 403);
  await expect(open('https://warehouse.test').check(asked.signal)).rejects.toThrow(
    /aborted|answer/,
  );
  expect(proxy.asked[0]).toBe('warehouse.test:443');
});
