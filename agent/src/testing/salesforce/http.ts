import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip, inflate } from 'node:zlib';
import { ApiError } from './refusal.js';

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Without its compression. */
  body: Buffer;
  /** `60.0`, where the path has a version. */
  version: string;
}

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON, or pieces of text with a content type of their own. */
  body?: unknown;
  pieces?: Iterable<string>;
}

/** A handler that listens on loopback. `undefined` from it cuts the line. */
export async function listen(
  answer: (request: IncomingMessage) => Promise<Answer | undefined>,
  port: number,
): Promise<Server> {
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    response.on('error', () => undefined);
    void respond(response, answer(request));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function respond(
  response: ServerResponse,
  answer: Promise<Answer | undefined>,
): Promise<void> {
  const told = await answer;
  if (told) await write(response, told);
  else response.destroy();
}

/** Compressed where the client says that it understands it. */

async function write(response: ServerResponse, answer: Answer): Promise<void> {
  const type = answer.pieces ? 'text/csv' : 'application/json;charset=UTF-8';
  const pieces =
    answer.pieces ?? (answer.body === undefined ? undefined : [JSON.stringify(answer.body)]);
  const isSmall = /\bgzip\b/.test(String(response.req.headers['accept-encoding'] ?? ''));
  response.writeHead(answer.status, {
    ...(pieces && { 'content-type': type }),
    ...(pieces && isSmall && { 'content-encoding': 'gzip' }),
    ...answer.headers,
  });
  if (!pieces) return void response.end();
  const body = Readable.from(pieces);
  // A reader that goes away is no error of the server.
  await (
    isSmall ? pipeline(body, createGzip({ level: 1 }), response) : pipeline(body, response)
  ).catch(() => response.destroy());
}

/** Throws 413 where there is more than `maxBytes`, before and after its compression is taken off. */
export async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
    else parts.length = 0;
  }
  const body = await plain(Buffer.concat(parts), request.headers['content-encoding'] ?? '');
  if (bytes > maxBytes || body.length > maxBytes)
    throw new ApiError(413, 'REQUEST_ENTITY_TOO_LARGE', `Content is longer than ${maxBytes} bytes`);
  return body;
}

async function plain(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity') return body;
  const open = { gzip: promisify(gunzip), deflate: promisify(inflate) }[encoding];
  if (!open)
    throw new ApiError(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Encoding ${encoding} is not supported`,
    );
  return open(body).catch(() => {
    throw new ApiError(400, 'UNKNOWN_EXCEPTION', `The body is not in ${encoding}`);
  });
}

/** The request's body as JSON; throws 400 as Salesforce does. */
export function jsonOf({ body, headers }: ApiRequest): Record<string, unknown> {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw new ApiError(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Type ${headers['content-type'] ?? 'none'} is not supported for this resource`,
    );
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Answered below.
  }
  throw new ApiError(
    400,
    'JSON_PARSER_ERROR',
    'Unexpected character or end-of-input at [line:1, column:1]',
  );
}
