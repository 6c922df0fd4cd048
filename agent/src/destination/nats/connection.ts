import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import type { SecretsOf, SettingsOf } from '../../connector/field.js';
import { connectFailure, failureOfAnswer } from './failures.js';

export const settings = {
  servers: {
    type: 'textList',
    label: 'Servers',
    help: 'host:port; of a cluster several, of which one is chosen.',
    example: 'nats.internal:4222',
    required: true,
  },
  auth: {
    type: 'choice',
    label: 'Sign-in',
    choices: ['password', 'token', 'credentials', 'none'],
    default: 'password',
  },
  user: { type: 'text', label: 'User', required: true, when: { field: 'auth', is: ['password'] } },
  tls: {
    type: 'choice',
    label: 'TLS',
    help: 'verify-full checks the certificate and the host name.',
    choices: ['verify-full', 'disable'],
    default: 'verify-full',
  },
  caFile: {
    type: 'text',
    label: 'CA file',
    help: 'A PEM file in the agent, for a private certificate authority.',
    when: { field: 'tls', is: ['verify-full'] },
  },
  timeout: { type: 'number', label: 'Timeout (seconds)', default: 30, minimum: 1, maximum: 600 },
} as const;

export const secrets = {
  password: { type: 'text', label: 'Password', when: { field: 'auth', is: ['password'] } },
  token: { type: 'text', label: 'Token', required: true, when: { field: 'auth', is: ['token'] } },
  credentials: {
    type: 'text',
    label: 'Credentials',
    help: 'The whole text of a .creds file.',
    required: true,
    when: { field: 'auth', is: ['credentials'] },
  },
} as const;

export type Settings = SettingsOf<typeof settings>;
export type Secrets = SecretsOf<typeof secrets>;

/** One connection, and what is asked through it. */
export interface Line {
  readonly connection: NatsConnection;
  readonly streams: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** Opens lines one at a time: who finds the last one broken gets another. */
export class Lines {
  private line: Promise<Line> | undefined;

  constructor(
    private readonly given: Settings,
    private readonly known: Secrets,
  ) {}

  async open(): Promise<Line> {
    const last = this.line;
    const isOpen = await last?.then(({ connection }) => !connection.isClosed()).catch(() => false);
    if (last && isOpen) return last;
    if (this.line === last) this.line = openLine(this.given, this.known);
    return this.line as Promise<Line>;
  }

  async close(): Promise<void> {
    const line = await this.line?.catch(() => undefined);
    await line?.connection.close();
  }
}

async function openLine(given: Settings, known: Secrets): Promise<Line> {
  const timeout = given.timeout * 1000;
  const connection = await connect(optionsOf(given, known)).catch((error: unknown) => {
    throw connectFailure(error);
  });
  try {
    const manager = await jetstreamManager(connection, { timeout, checkAPI: false });
    return { connection, manager, streams: jetstream(connection, { timeout }) };
  } catch (error) {
    await connection.close();
    throw failureOfAnswer(error);
  }
}

function optionsOf(
  given: Settings,
  { password, token, credentials }: Secrets,
): NodeConnectionOptions {
  return {
    servers: [...given.servers],
    name: 'drawbridge',
    // What is not answered is the engine's to send again, and not by itself when the line is there again.
    reconnect: false,
    // Otherwise it looks names up itself, and who judges a socket sees no name.
    resolve: false,
    timeout: Math.min(given.timeout * 1000, 15_000),
    ...(given.user !== undefined && { user: given.user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(credentials !== undefined && {
      authenticator: credsAuthenticator(new TextEncoder().encode(credentials)),
    }),
    ...(given.tls === 'verify-full' && {
      tls: given.caFile === undefined ? {} : { caFile: given.caFile },
    }),
  };
}
