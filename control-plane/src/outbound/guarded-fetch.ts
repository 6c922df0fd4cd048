import type { IncomingMessage } from 'node:http';
import { AppError } from '../app-error.js';
import { requestGuarded, type Outlet } from './guarded-request.js';

const timeoutMs = 10_000;
const maxBytes = 512 * 1024;

export interface Wanted {
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | URLSearchParams | null | undefined;
  signal?: AbortSignal | undefined;
}

/** As `fetch`, of half a megabyte at most, within 10 seconds, and without following redirects. */
export function fetchGuarded(address: string, wanted: Wanted, outlet: Outlet): Promise<Response> {
  const { method = 'GET', headers = {}, body, signal } = wanted;
  const text = body === null || body === undefined ? undefined : String(body);
  const limits = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
  return new Promise((answered, failed) => {
    const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
    const options = { method, headers: { ...headers, ...length }, signal: AbortSignal.any(limits) };
    const request = requestGuarded(new URL(address), options, outlet);
    request.once('error', failed).once('response', (message) => {
      responseOf(message).then(answered, failed);
    });
    request.end(text);
  });
}

async function responseOf(message: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new AppError('outbound.too_long', 'The answer is too long.');
    parts.push(part);
  }
  const { statusCode: status = 0, headers } = message;
  const type = headers['content-type'];
  const hasBody = ![101, 204, 205, 304].includes(status);
  return new Response(hasBody ? Buffer.concat(parts) : null, {
    status,
    headers: type === undefined ? {} : { 'content-type': type },
  });
}
