import { readFileSync } from 'node:fs';
import type { SecretsOf, SettingsOf } from '../../connector/field.js';
import { Failure } from '../../failure.js';
import type { LineOptions } from './line.js';

export const settings = {
  topology: {
    type: 'choice',
    label: 'What it is',
    help: 'sentinel: host is a sentinel’s, which knows the master; cluster: host is one of the nodes.',
    choices: ['single', 'sentinel', 'cluster'],
    default: 'single',
  },
  host: { type: 'text', label: 'Host', required: true },
  port: { type: 'number', label: 'Port', default: 6379, minimum: 1, maximum: 65535 },
  others: {
    type: 'textList',
    label: 'Further sentinels or nodes',
    help: 'host:port of those that are asked when the first does not answer.',
    example: 'redis-2.internal:6379',
    when: { field: 'topology', is: ['sentinel', 'cluster'] },
  },
  masterName: {
    type: 'text',
    label: 'Name of the master',
    help: 'As the sentinels call it.',
    example: 'mymaster',
    required: true,
    when: { field: 'topology', is: ['sentinel'] },
  },
  database: {
    type: 'number',
    label: 'Database',
    default: 0,
    minimum: 0,
    maximum: 65535,
    when: { field: 'topology', is: ['single', 'sentinel'] },
  },
  user: {
    type: 'text',
    label: 'User',
    help: 'Of the access control list. “default” unless given.',
  },
  sentinelUser: {
    type: 'text',
    label: 'User of the sentinels',
    when: { field: 'topology', is: ['sentinel'] },
  },
  tls: {
    type: 'choice',
    label: 'TLS',
    help: 'verify-full checks the certificate and the host name; require only encrypts.',
    choices: ['verify-full', 'require', 'disable'],
    default: 'verify-full',
  },
  caFile: {
    type: 'text',
    label: 'CA file',
    help: 'A PEM file in the agent, for a private certificate authority.',
    when: { field: 'tls', is: ['verify-full', 'require'] },
  },
  certFile: {
    type: 'text',
    label: 'Certificate file',
    help: 'A PEM file in the agent, for a server that asks its clients for one.',
    when: { field: 'tls', is: ['verify-full', 'require'] },
  },
  timeout: { type: 'number', label: 'Timeout (seconds)', default: 30, minimum: 1, maximum: 600 },
} as const;

export const secrets = {
  password: { type: 'text', label: 'Password' },
  sentinelPassword: {
    type: 'text',
    label: 'Password of the sentinels',
    when: { field: 'topology', is: ['sentinel'] },
  },
  clientKey: {
    type: 'text',
    label: 'Key of the certificate',
    help: 'PEM; belongs to certFile.',
    when: { field: 'tls', is: ['verify-full', 'require'] },
  },
} as const;

export type Settings = SettingsOf<typeof settings>;
export type Secrets = SecretsOf<typeof secrets>;

export interface Address {
  host: string;
  port: number;
}

/** Where to begin: the given address first. CONFIG `settings.invalid` for one that is none. */
export function addressesOf({ host, port, others = [] }: Settings): Address[] {
  return [{ host, port }, ...others.map(addressOf)];
}

/** `host:port`, with IPv6 in brackets or not. */
export function addressOf(text: string): Address {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65535)
    throw new Failure('CONFIG', 'settings.invalid', 'Further addresses are written as host:port.', {
      detail: text,
    });
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** What is the same for every server that is talked to. */
export function commonOptions(given: Settings, { password, clientKey }: Secrets): LineOptions {
  return {
    ...(given.user !== undefined && { username: given.user }),
    ...(password !== undefined && { password }),
    socketTimeout: given.timeout * 1000,
    ...(given.tls !== 'disable' && { tls: tlsOf(given, clientKey) }),
  };
}

export function sentinelOptions(given: Settings, known: Secrets): LineOptions {
  const common = commonOptions(given, known);
  return {
    ...common,
    sentinels: addressesOf(given),
    name: given.masterName ?? '',
    db: given.database ?? 0,
    ...(given.sentinelUser !== undefined && { sentinelUsername: given.sentinelUser }),
    ...(known.sentinelPassword !== undefined && { sentinelPassword: known.sentinelPassword }),
    ...(common.tls && { enableTLSForSentinelMode: true, sentinelTLS: common.tls }),
    sentinelCommandTimeout: given.timeout * 1000,
  };
}

function tlsOf(given: Settings, clientKey: string | undefined): NonNullable<LineOptions['tls']> {
  const { caFile, certFile } = given;
  return {
    rejectUnauthorized: given.tls === 'verify-full',
    ...(caFile !== undefined && { ca: fileOf(caFile) }),
    ...(certFile !== undefined && { cert: fileOf(certFile) }),
    ...(clientKey !== undefined && { key: clientKey }),
  };
}

function fileOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'destination.tls_failed',
      'caFile or certFile can not be read. Check that the file is there in the agent.',
      { detail: cause instanceof Error ? cause.message : String(cause), cause },
    );
  }
}
