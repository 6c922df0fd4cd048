// The cluster's DNS, as little of it as the agent asks for: addresses (A) of names that it knows, by UDP and by TCP.
// https://www.rfc-editor.org/rfc/rfc1035#section-4 (read 2026-11)
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface Resolver {
  close(): Promise<void>;
}

const headerBytes = 12;
const ipv4 = 1;
const noSuchName = 3;

export async function openResolver(
  address: string,
  names: ReadonlyMap<string, string>,
): Promise<Resolver> {
  const answer = (query: Buffer): Buffer => {
    const { name, type, end } = questionIn(query);
    const known = names.get(name);
    const found = known !== undefined && type === ipv4 ? [known] : [];
    return answerOf(query.subarray(0, end), found, known === undefined ? noSuchName : 0);
  };
  const datagrams = createSocket('udp4');
  datagrams.on('message', (query, { port, address: from }) =>
    datagrams.send(answer(query), port, from),
  );
  datagrams.bind(53, address);
  await once(datagrams, 'listening');
  const streams = createServer((socket) => converse(socket, answer));
  streams.listen(53, address);
  await once(streams, 'listening');
  return {
    close: async () => {
      datagrams.close();
      streams.close();
    },
  };
}

/** Each message comes behind its length. */
function converse(socket: Socket, answer: (query: Buffer) => Buffer): void {
  let heard = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes]);
    while (heard.length >= 2 && heard.length >= 2 + heard.readUInt16BE()) {
      const length = heard.readUInt16BE();
      const said = answer(heard.subarray(2, 2 + length));
      heard = heard.subarray(2 + length);
      const size = Buffer.alloc(2);
      size.writeUInt16BE(said.length);
      socket.write(Buffer.concat([size, said]));
    }
  });
}

function questionIn(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Flags: an answer, with the question's wish for recursion, which is had. */
function answerOf(question: Buffer, found: readonly string[], code: number): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found.length, 6);
  head.writeUInt32BE(0, 8);
  const records = found.map((address) =>
    Buffer.from([
      0xc0,
      headerBytes,
      0,
      ipv4,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      4,
      ...address.split('.').map(Number),
    ]),
  );
  return Buffer.concat([head, ...records]);
}
