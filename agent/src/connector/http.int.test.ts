import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver, Reply } from '../testing/http-receiver.js';
import { openHttpClient } from './http.js';
import type { HttpClient } from './http.js';

const never = new AbortController().signal;

describe('the HTTP client', () => {
  let receiver: HttpReceiver;
  let client: HttpClient;
  let folder: string;
  let reply: Reply;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drawbridge-http-'));
    receiver = await openHttpReceiver(() => reply);
    client = openHttpClient({ connections: 2, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    await client.close();
    await receiver.close();
    await rm(folder, { recursive: true });
  });

  const request = { method: 'PUT', headers: {} };

  it('sends a body that is made piece by piece, and makes it anew for another request', async () => {
    reply = { status: 201 };
    const pieces = ['a,b\n', '1,2\n'.repeat(100_000)];
    const body = (): Readable => Readable.from(pieces);
    await client.send({ ...request, url: receiver.url, body }, never);
    await client.send({ ...request, url: receiver.url, body }, never);
    expect(receiver.received.map((heard) => heard.body === pieces.join(''))).toEqual([true, true]);
  });

  it('tells of a body that broke while it was made', async () => {
    reply = { status: 201 };
    const body = (): Readable =>
      Readable.from(
        (async function* () {
          yield 'a,b\n';
          throw new Error('the disk is gone');
        })(),
      );
    await expect(client.send({ ...request, url: receiver.url, body }, never)).rejects.toMatchObject(
      { kind: 'TRANSIENT', code: 'destination.no_answer' },
    );
  });

  it('puts an answer of any size into a file, and a refusal into none', async () => {
    const into = join(folder, 'answer.csv');
    reply = { status: 200, body: 'x'.repeat(20 << 20) };
    const answer = await client.send({ ...request, url: receiver.url, into }, never);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect((await readFile(into)).length).toBe(20 << 20);
    reply = { status: 404, body: 'not there' };
    const other = join(folder, 'other.csv');
    await expect(
      client.send({ ...request, url: receiver.url, into: other }, never),
    ).rejects.toMatchObject({ code: 'destination.rejected', detail: 'not there' });
    await expect(readFile(other)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('keeps no more of an answer in memory than was agreed', async () => {
    reply = { status: 200, body: 'x'.repeat(5 << 20) };
    const url = receiver.url;
    await expect(client.send({ ...request, url }, never)).rejects.toMatchObject({
      code: 'destination.no_answer',
    });
    const { body } = await client.send({ ...request, url, maxBytes: 6 << 20 }, never);
    expect(body.length).toBe(5 << 20);
  });

  it('says that the folder of an answer is not there', async () => {
    reply = { status: 200, body: 'x' };
    const into = join(folder, 'nowhere', 'answer.csv');
    await expect(client.send({ ...request, url: receiver.url, into }, never)).rejects.toMatchObject(
      { kind: 'INTERNAL', detail: expect.stringContaining('ENOENT') },
    );
  });
});
