import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { Failure } from '../failure.js';
import type { ProxySettings } from '../proxy.js';
import { openConnection } from '../session/connection.js';
import { doubt } from './finding.js';
import type { Look } from './finding.js';

const answerMs = 15_000;
const monthMs = 30 * 86_400_000;

/** What lies between the agent and those whom it dials. */
export function reachLooks(config: Config, clock: Clock): [string, Look][] {
  const { proxy, caFile } = config;
  return [
    ['names', () => namesFound(config)],
    ['proxy', () => proxyFound(proxy, config.url)],
    ['certificates', () => certificatesFound(caFile, clock)],
    ['control plane', () => controlPlaneFound(config)],
  ];
}

/** Behind a proxy it is the proxy that looks names up. */
async function namesFound({ url, bucket, proxy }: Config): ReturnType<Look> {
  const { bucket: name, region = 'us-east-1', endpoint } = bucket;
  const store = endpoint ? new URL(endpoint).hostname : `${name}.s3.${region}.amazonaws.com`;
  const direct = [new URL(url).hostname, store];
  const hosts = proxy?.isUsed ? [new URL(proxy.url).hostname] : [...new Set(direct)];
  const unknown = await Promise.all(
    hosts.map((host) =>
      lookup(host.replaceAll(/[[\]]/g, '')).then(
        () => [],
        () => [host],
      ),
    ),
  );
  if (unknown.flat().length === 0) return `${hosts.join(' and ')} can be looked up`;
  throw new Failure(
    'CONFIG',
    'doctor.name_unknown',
    `Nobody knows an address of ${unknown.flat().join(' and ')}. Check the spelling, the machine’s DNS, and that the network policy lets the agent ask it.`,
  );
}

async function proxyFound(proxy: ProxySettings | undefined, url: string): ReturnType<Look> {
  if (!proxy) return 'none is set';
  if (!proxy.isUsed)
    throw new Failure(
      'CONFIG',
      'doctor.proxy_unused',
      'HTTPS_PROXY is set, and nothing goes there: Node.js takes it with NODE_USE_ENV_PROXY=1 alone. Set that too, or remove HTTPS_PROXY.',
    );
  const { hostname, port, protocol } = new URL(url);
  const target = `${hostname}:${port || (protocol === 'wss:' ? 443 : 80)}`;
  const status = await connectThrough(proxy, target).catch((cause: unknown) => {
    throw new Failure(
      'CONFIG',
      'doctor.proxy_silent',
      'The proxy of HTTPS_PROXY does not answer. Check its address, and that the network policy lets the agent out to it.',
      { cause },
    );
  });
  if (status === 200)
    return `lets the agent through to ${target}; Postgres, Redis and NATS speak no HTTP and are reached past it`;
  if (status === 407)
    throw new Failure(
      'CONFIG',
      'doctor.proxy_sign_in',
      'The proxy wants a user and a password. Put the address with both into a Secret that HTTPS_PROXY is taken from.',
      { vendorCode: '407' },
    );
  throw new Failure(
    'CONFIG',
    'doctor.proxy_refuses',
    `The proxy does not let the agent through to ${target}. Have it put on the proxy’s list, or name the host in NO_PROXY.`,
    { vendorCode: String(status) },
  );
}

async function connectThrough(proxy: ProxySettings, target: string): Promise<number> {
  const { hostname, port, username, password } = new URL(proxy.url);
  const credentials = Buffer.from(
    `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  ).toString('base64');
  const asked = request({
    host: hostname,
    port: port || 80,
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: username ? { 'proxy-authorization': `Basic ${credentials}` } : {},
    signal: AbortSignal.timeout(answerMs),
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const told = ({ statusCode = 0 }: IncomingMessage): void => {
    resolve(statusCode);
    asked.destroy();
  };
  asked.once('connect', told).once('response', told).once('error', reject).end();
  return promise;
}

/** Node.js says nothing but a warning when it can't read the file. */
async function certificatesFound(file: string | undefined, clock: Clock): ReturnType<Look> {
  if (file === undefined) return 'the public authorities that come with Node.js';
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Failure(
      'CONFIG',
      'doctor.ca_unreadable',
      'The file that NODE_EXTRA_CA_CERTS names can not be read, so no authority of yours is trusted. Check that it is mounted.',
      { cause },
    );
  });
  const certificates = certificatesIn(text);
  if (certificates.length === 0)
    throw new Failure(
      'CONFIG',
      'doctor.ca_empty',
      'The file that NODE_EXTRA_CA_CERTS names holds no certificate in PEM. Put your authorities there, one after another.',
    );
  const ends = certificates.map(({ validTo }) => Date.parse(validTo) - clock.now());
  if (ends.every((leftMs) => leftMs <= 0))
    throw new Failure(
      'CONFIG',
      'doctor.ca_expired',
      'No certificate in the file that NODE_EXTRA_CA_CERTS names is valid any more. Put the new ones there and restart the agent.',
    );
  if (ends.some((leftMs) => leftMs < monthMs))
    return doubt(
      'doctor.ca_expires',
      'A certificate in the file that NODE_EXTRA_CA_CERTS names has ended or ends within a month. Put its successor beside it and restart the agent.',
    );
  return `the public authorities, and ${certificates.length} of yours`;
}

function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

/** A control plane greets with a challenge. */
async function controlPlaneFound({ url }: Config): ReturnType<Look> {
  const connection = await openConnection(url, AbortSignal.timeout(answerMs)).catch(because);
  try {
    const { value } = await connection.frames.next();
    if (value?.body.case === 'challenge') return 'it answers and greets';
    throw notOne();
  } catch (error) {
    throw error instanceof Failure && error.code.startsWith('frame.') ? notOne() : error;
  } finally {
    connection.close();
  }
}

function notOne(): Failure {
  return new Failure(
    'CONFIG',
    'session.no_greeting',
    'Something answers at DRAWBRIDGE_URL, but not as a control plane. Check the address and any proxy between.',
  );
}

const untrusted = /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+)$/;

/** What a person can do about a line that could not be opened, by Node's code or the HTTP status. */
function because(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== 'session.unreachable') throw error;
  const { vendorCode } = error;
  const failure = (code: string, message: string): Failure =>
    new Failure('CONFIG', code, message, { vendorCode, cause: error });
  if (untrusted.test(vendorCode))
    throw failure(
      'doctor.ca_missing',
      'The control plane’s certificate comes from an authority that the agent does not know. If a proxy of yours opens TLS, put its authority into the file that NODE_EXTRA_CA_CERTS names.',
    );
  if (vendorCode === 'CERT_HAS_EXPIRED' || vendorCode === 'ERR_TLS_CERT_ALTNAME_INVALID')
    throw failure(
      'doctor.certificate_invalid',
      'The control plane’s certificate has expired or is for another name. Check DRAWBRIDGE_URL, and renew the certificate.',
    );
  if (vendorCode === 'ECONNREFUSED')
    throw failure(
      'doctor.nobody_listens',
      'Nobody listens at DRAWBRIDGE_URL. Check host and port.',
    );
  if (/^\d{3}$/.test(vendorCode))
    throw failure(
      'doctor.no_websocket',
      `What listens at DRAWBRIDGE_URL answers with HTTP ${vendorCode} and opens no websocket. Check the address, and that every proxy between lets websockets through.`,
    );
  throw failure(
    'session.unreachable',
    'The control plane does not answer. Check DRAWBRIDGE_URL and that the network lets the agent out.',
  );
}
