import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What the driver does to the process that loads it, seen from outside: in a process of its own, every socket of which
// is written down, in a folder of its own. Left alone, the driver asks three clouds where it runs.

const session = new URL('../../../dist/source/snowflake/session.js', import.meta.url).href;

/** Loaded before anything else, in every thread. */
const recorder = `
  import net from 'node:net';
  import dns from 'node:dns';
  import { writeSync } from 'node:fs';
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    const [options] = Array.isArray(args[0]) ? args[0] : args;
    writeSync(3, (options.host ?? options.path ?? 'nowhere') + '\\n');
    return connect.apply(this, args);
  };
  for (const name of ['lookup', 'resolve']) {
    const real = dns[name];
    dns[name] = (host, ...rest) => { writeSync(3, host + '\\n'); return real(host, ...rest); };
  }`;

const program = (url: string): string => `
  const { Session } = await import(${JSON.stringify(session)});
  const signIn = { account: 'a', accessUrl: '${url}', username: 'u', authenticator: 'SNOWFLAKE', password: 'p' };
  const opened = await Session.open(signIn, new AbortController().signal);
  await opened.run('select 1');
  await opened.close();`;

describe('a process that reads from Snowflake', () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url?.split('?')[0]));
    const tokens = { token: 't', masterToken: 'm', sessionId: 1, parameters: [], sessionInfo: {} };
    const rows = { rowtype: [{ name: 'A', type: 'fixed', scale: 0 }], rowset: [['1']], total: 1 };
    const data = { ...tokens, ...rows, returned: 1, queryId: 'q' };
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ success: true, data }));
    });
  });
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drawbridge-snowflake-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('asks no cloud where it is, tells nobody anything, prints nothing and leaves no file', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await writeFile(join(folder, 'program.mjs'), program(url));
    const recording = `data:text/javascript,${encodeURIComponent(recorder)}`;
    const child = spawn(process.execPath, ['--import', recording, 'program.mjs'], {
      cwd: folder,
      env: { HOME: folder, AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'x' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const [out, err, sockets] = await Promise.all(
      [1, 2, 3].map((n) => text(child.stdio[n] as NodeJS.ReadableStream)),
    );
    expect({ out, err }).toEqual({ out: '', err: '' });
    const places = new Set(sockets?.trim().split('\n'));
    expect([...places]).toEqual(['127.0.0.1']);
    expect(new Set(asked)).toEqual(
      new Set(['/session/v1/login-request', '/queries/v1/query-request', '/session']),
    );
    expect(await readdir(folder)).toEqual(['program.mjs']);
  });
});
