import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { textsOf } from '../../connector/lines.js';
import type { Patience, SignIn } from './driver/protocol.js';
import { Session } from './session.js';

// What the thread does when the line or the warehouse misbehaves, against a server that follows a script. The protocol
// itself, and SQL, are tried against the whole server in `index.int.test.ts`.

type Reply = (request: IncomingMessage, response: ServerResponse) => void;
const never = new AbortController().signal;
const queryId = '01b2c3d4-0000-0000-0000-000000000001';
const opened: { close(): void }[] = [];

afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

const json =
  (body: object): Reply =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const hang: Reply = () => undefined;
const signedIn = json({
  success: true,
  data: {
    token: 'session-1',
    masterToken: 'master-1',
    validityInSeconds: 3600,
    masterValidityInSeconds: 14400,
    sessionId: 1,
    parameters: [],
    sessionInfo: {},
  },
});
const begun = json({
  success: true,
  code: '333334',
  data: { queryId, getResultUrl: `/queries/${queryId}/result` },
});
const gzipped =
  (text: string): Reply =>
  (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
const truncated =
  (text: string): Reply =>
  (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text).subarray(0, 12));
const resultOf = (url: string, rowset: (string | null)[][], chunks: string[][][]): Reply =>
  json({
    success: true,
    data: {
      queryId,
      rowtype: [{ name: 'a', type: 'text' }],
      rowset,
      total: rowset.length + chunks.flat().length,
      queryResultFormat: 'json',
      chunkHeaders: { 'x-amz-server-side-encryption-customer-key': 'k' },
      chunks: chunks.map((rows, n) => ({
        url: `${url}/chunk/${n}?at=${Date.now()}`,
        rowCount: rows.length,
        compressedSize: 100,
      })),
    },
  });

/** Answers each path from its own list; the last answer of it stays. */
async function openScript(script: (url: string) => Record<string, Reply[]>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = `${request.method} ${request.url?.split('?')[0]}`;
    asked.push(path);
    const replies = lines[path] ?? [json({ success: true, data: null })];
    request
      .on('data', () => undefined)
      .on('end', () => (replies.length > 1 ? replies.shift() : replies[0])?.(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines: Record<string, Reply[]> = {
    'POST /session/v1/login-request': [signedIn],
    'POST /queries/v1/query-request': [begun],
    ...script(url),
  };
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  opened.push({ close });
  const signIn: SignIn = {
    account: 'a',
    accessUrl: url,
    username: 'u',
    authenticator: 'SNOWFLAKE',
    password: 'p',
  };
  return { url, asked, close, signIn };
}

async function read(session: Session): Promise<(string | null)[][]> {
  const parts: Uint8Array[] = [];
  for await (const piece of session.read('select a', 1)) parts.push(piece);
  return textsOf(Buffer.concat(parts));
}

const result = `GET /queries/${queryId}/result`;
const abort = `POST /queries/${queryId}/abort-request`;
const chunk = (n: number): string => `GET /chunk/${n}`;
const hasty: Patience = {
  signInMs: 10_000,
  statementMs: 1_000,
  stillMs: 500,
  pausesMs: [1, 1],
  goodbyeMs: 500,
};
const status =
  (code: number): Reply =>
  (_, response) =>
    response.writeHead(code).end('<Error/>');
const cutOff: Reply = (_, response) => {
  response.writeHead(200, { 'content-length': 1000 }).write('["b"]');
  setImmediate(() => response.destroy());
};

async function open(script: (url: string) => Record<string, Reply[]>) {
  const server = await openScript(script);
  return { ...server, session: await Session.open(server.signIn, never, hasty) };
}

describe('the thread of the driver', () => {
  it('reads rows and chunks in their order, and says goodbye', async () => {
    const chunks = [[['b']], [['c'], ['d']], [['e']]];
    const { session, asked } = await open((url) => ({
      [result]: [begun, resultOf(url, [['a']], chunks)],
      ...Object.fromEntries(
        chunks.map((rows, n) => [chunk(n), [gzipped(JSON.stringify(rows).slice(1, -1))]]),
      ),
    }));
    expect(await read(session)).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
    await session.close();
    expect(asked.at(-1)).toBe('POST /session');
    expect(asked).not.toContain(abort);
  });

  it.each([
    ['an address that has expired', [status(403), gzipped('["b"]')]],
    ['a store that is busy', [status(503), status(500), gzipped('["b"]')]],
    ['a line that breaks', [cutOff, gzipped('["b"]')]],
    ['a line that stands still', [hang, gzipped('["b"]')]],
  ])('gets over %s', async (_, replies) => {
    const { session } = await open((url) => ({
      [result]: [resultOf(url, [], [[['b']]])],
      [chunk(0)]: replies,
    }));
    expect(await read(session)).toEqual([['b']]);
    await session.close();
  });

  it.each([
    ['the address stays expired', [status(403)]],
    ['the line always breaks', [cutOff]],
    ['a chunk has fewer rows than it should', [gzipped('')]],
    ['a chunk is no rows', [gzipped('<html>')]],
    ['a chunk is cut within its packing', [truncated('["b"]')]],
  ])('never ends quietly where %s', async (_, replies) => {
    const { session } = await open((url) => ({
      [result]: [resultOf(url, [['a']], [[['b']]])],
      [chunk(0)]: replies,
    }));
    await expect(read(session)).rejects.toMatchObject({ kind: 'TRANSIENT', code: 'source.cut' });
    await session.close();
  });

  it('has a session’s token renewed that expires while the query runs', async () => {
    const expired = json({ success: false, code: '390112', message: 'Session token expired' });
    const tokens: unknown[] = [];
    const seen: Reply = (request, response) => {
      tokens.push(request.headers.authorization);
      resultOf('', [['a']], [])(request, response);
    };
    const { session } = await open(() => ({
      [result]: [begun, expired, seen],
      'POST /session/heartbeat': [expired, json({ success: true })],
      'POST /session/token-request': [
        json({
          success: true,
          data: {
            sessionToken: 'session-2',
            validityInSecondsST: 3600,
            masterToken: 'master-2',
            validityInSecondsMT: 14400,
          },
        }),
      ],
    }));
    expect(await read(session)).toEqual([['a']]);
    expect(tokens).toEqual(['Snowflake Token="session-2"']);
    await session.close();
  });

  it('ends in time when the warehouse has died', async () => {
    const { session, close } = await open(() => ({ [result]: [hang] }));
    const reading = read(session);
    await expect(reading).rejects.toMatchObject({ kind: 'TRANSIENT', code: 'source.cut' });
    close();
    await expect(session.run('select 1')).rejects.toMatchObject({ code: 'source.unreachable' });
    await expect(session.close()).resolves.toBeUndefined();
    await expect(session.run('select 1')).rejects.toThrow('closed');
  });

  it.each([
    ['that answers', json({ success: true })],
    ['that is dead', hang],
  ])('is cancelled at once in a warehouse %s', async (_, answer) => {
    const cancel = new AbortController();
    const script = await openScript(() => ({
      [result]: [hang],
      [abort]: [answer],
      'POST /session': [answer],
    }));
    const session = await Session.open(script.signIn, cancel.signal, hasty);
    const reading = read(session);
    await expect.poll(() => script.asked).toContain(result);
    cancel.abort(new Error('cancelled by the test'));
    await expect(reading).rejects.toThrow('cancelled by the test');
    await session.close();
    expect(script.asked).toContain(abort);
  });

  it('makes no program of a value', async () => {
    const text = 'globalThis.broken = 1';
    const { session } = await open(() => ({
      'POST /queries/v1/query-request': [
        json({
          success: true,
          data: {
            queryId,
            rowtype: [{ name: 'V', type: 'variant', nullable: true }],
            rowset: [[text], [null]],
            total: 2,
            returned: 2,
            parameters: [],
          },
        }),
      ],
    }));
    expect(await session.run('select v')).toEqual([{ V: text }, { V: null }]);
    await session.close();
  });
});
