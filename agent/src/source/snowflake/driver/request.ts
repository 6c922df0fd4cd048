import http from 'node:http';
import https from 'node:https';
import { proxyEnv } from './config.js';
import { NoAnswer } from './trouble.js';

export interface Answer {
  status: number;
  isGzip: boolean;
  body: Buffer;
}

export interface Get {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** How long nothing may come. */
  stillMs: number;
  signal: AbortSignal;
}

/** Lines that stay open, through whatever proxy the environment names. */
const lines = { keepAlive: true, maxSockets: 8, proxyEnv };
const agents = { 'http:': new http.Agent(lines), 'https:': new https.Agent(lines) };

/** The whole answer, whatever its status. Throws NoAnswer when the line breaks or stands still. */
export function get({ url, headers, stillMs, signal }: Get): Promise<Answer> {
  const { protocol } = new URL(url);
  const isPlain = protocol === 'http:';
  const request = (isPlain ? http : https).request(url, {
    agent: agents[isPlain ? 'http:' : 'https:'],
    headers,
    signal,
    timeout: stillMs,
  });
  return new Promise<Answer>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(signal.aborted ? signal.reason : new NoAnswer(error.message, error.code));
    request.once('timeout', () => request.destroy(new Error('nothing came for too long')));
    request.once('error', fail);
    request.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', fail);
      response.once('end', () => {
        if (!response.complete) return fail(new Error('the answer was cut'));
        resolve({
          status: response.statusCode ?? 0,
          isGzip: response.headers['content-encoding'] === 'gzip',
          body: Buffer.concat(parts),
        });
      });
    });
    request.end();
  });
}
