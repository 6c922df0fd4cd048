// Every connection that this process opens is one of two kinds: the agent's own (control plane, bucket, cluster), or on
// behalf of a job, within a journey. With a policy, the sockets themselves ask which: a journey's may go to the hosts and
// addresses that the policy allows, and one of which nobody says whose it is goes nowhere. So no connector, vendor's
// library, redirect or name that resolves to another address than yesterday gets around it.
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { Socket } from 'node:net';
import { Failure } from '../failure.js';
import { leaveThrough, wayOut } from '../proxy.js';
import type { ProxySettings } from '../proxy.js';
import { reachableBy } from './network.js';

/** Where a connection may lead. It can be told to another thread. */
export interface Ways {
  /** Patterns, `host` or `host:port`. */
  hosts: readonly string[];
  /** Networks beyond the public internet. */
  networks: readonly string[];
}

type Traveller = Journey | 'own';

const here = new AsyncLocalStorage<Traveller>();

/** For sockets that no context claims; undefined: none may be opened. */
let otherwise: Traveller | undefined;
let isGuarded = false;

/** What is done on behalf of one connection of a job. */
export class Journey {
  private readonly first = Promise.withResolvers<Failure>();
  private firstRefusal: Failure | undefined;
  private readonly reaches: (address: string) => boolean;
  private readonly signals = new WeakMap<AbortSignal, AbortSignal>();

  constructor(readonly ways: Ways) {
    this.reaches = reachableBy(ways.networks);
  }

  /** Why a socket was not opened; what comes of that is not the far side's fault. */
  get refusal(): Failure | undefined {
    return this.firstRefusal;
  }

  /** Settles when the first socket is not opened, for whoever would wait while a library tries again. */
  get refused(): Promise<Failure> {
    return this.first.promise;
  }

  /** Notes why a socket is not opened, and answers why the first one was not. */
  refuse(failure: Failure): Failure {
    this.firstRefusal ??= failure;
    this.first.resolve(failure);
    return this.firstRefusal;
  }

  /** Runs it within the journey: whatever it opens, now or later, is judged. */
  within<T>(work: () => T): T {
    return here.run(this, work);
  }

  /** Whoever aborts is somewhere else; what is done because of it belongs here. */
  signalOf(signal: AbortSignal): AbortSignal {
    const known = this.signals.get(signal);
    if (known) return known;
    const inside = new AbortController();
    const abort = (): void => inside.abort(signal.reason);
    if (signal.aborted) abort();
    else
      signal.addEventListener(
        'abort',
        this.within(() => AsyncResource.bind(abort)),
      );
    this.signals.set(signal, inside.signal);
    return inside.signal;
  }

  /** Throws CONFIG for a host that the connection may not lead to. */
  assertHost(host: string, port: number): void {
    if (allowsHost(this.ways.hosts, { host, port })) return;
    throw this.refuse(hostForbidden(`${host}:${port}`));
  }

  admitsAddress(address: string): boolean {
    if (this.reaches(address)) return true;
    this.refuse(addressBlocked(address));
    return false;
  }
}

export function hostForbidden(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'policy.host_forbidden',
    'The connection leads to a host that the agent’s policy does not allow. Name it under hosts of its rule if it is right.',
    { detail },
  );
}

function addressBlocked(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'policy.address_blocked',
    'The connection leads to a private, link-local or metadata address, which the agent’s policy does not name. Name its network under egress.allow of the policy if it is right.',
    { detail },
  );
}

/** The refusal of a journey, told by the thread that went on with it. */
export function refusalOf({ code, detail }: { code: string; detail: string }): Failure {
  return code === 'policy.address_blocked' ? addressBlocked(detail) : hostForbidden(detail);
}

export interface HostPort {
  /** A name or an address; of IPv6 without brackets. */
  host: string;
  port: number;
}

/** Where an address of http leads; nowhere, if it is none. */
export function hostOf(address: string): HostPort[] {
  const url = URL.parse(address);
  if (!url) return [];
  const port = url.port === '' ? defaultPort(url) : Number(url.port);
  return [{ host: url.hostname.replaceAll(/[[\]]/g, ''), port }];
}

export function allowsHost(patterns: readonly string[], { host, port }: HostPort): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  const written = name.includes(':') ? `[${name}]` : name;
  return patterns.some((pattern) => {
    const [, hosts = '', ports] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
    return (ports === undefined || Number(ports) === port) && matches(hosts, written);
  });
}

/** `*` stands for any characters, none included. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

/** What the agent opens for itself. */
export function asAgent<T>(work: () => T): T {
  return here.run('own', work);
}

/** What the caller does is on behalf of. */
export function journeyHere(): Journey | undefined {
  const traveller = here.getStore() ?? otherwise;
  return traveller === 'own' ? undefined : traveller;
}

/** What another thread needs to go on with a journey. */
export interface Passport {
  ways: Ways;
  proxy: ProxySettings | undefined;
}

/** Undefined: the caller is on no journey. */
export function passportHere(): Passport | undefined {
  const journey = journeyHere();
  return journey && { ways: journey.ways, proxy: wayOut() };
}

/** Everything that this thread opens from now on belongs to the journey. */
export async function travelBy({ ways, proxy }: Passport): Promise<Journey> {
  leaveThrough(proxy);
  const journey = new Journey(ways);
  await guardSockets(journey);
  return journey;
}

/**
 * From now on every socket of this thread is judged before it is opened. `unclaimed`: whose those are that nobody
 * claims, in a thread that serves one journey alone, or in a command that does nothing by itself. Throws INTERNAL where
 * Node.js does not ask, so that no policy is believed to hold that does not.
 */
export async function guardSockets(unclaimed?: Journey | 'own'): Promise<void> {
  otherwise = unclaimed;
  if (isGuarded) return;
  isGuarded = true;
  const open = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function connect(this: Socket, ...args: unknown[]): Socket {
    const traveller = here.getStore() ?? otherwise;
    if (traveller === 'own') return open.apply(this, args);
    const refusal = refusalFor(traveller, askedOf(args));
    if (refusal === 'proxy') return open.apply(this, args);
    if (refusal) {
      process.nextTick(() => this.destroy(refusal));
      return this;
    }
    checkAddresses(this, traveller as Journey);
    return open.apply(this, args);
  } as Socket['connect'];
  await assertGuarded();
}

/**
 * Node.js asks a socket's `blockList` of every address right before it connects to it, of each that a name resolves to.
 * https://nodejs.org/docs/latest-v24.x/api/net.html#new-netsocketoptions (read 2026-11-25)
 */
function checkAddresses(socket: Socket, journey: Journey): void {
  const check = (address: string): boolean => {
    if (journey.admitsAddress(address)) return false;
    socket.destroy(journey.refusal);
    return true;
  };
  Object.assign(socket, { blockList: { check } });
}

interface AskedSocket {
  /** Of the machine itself; node:http says null where it means none. */
  path?: string | null;
  host?: string;
  port?: number | string;
}

/** `connect` takes options, a path, or port and host; and the first two of these as one list, from node:net itself. */
function askedOf(args: readonly unknown[]): AskedSocket {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) return first as AskedSocket;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first };
  return { port: Number(first), ...(typeof second === 'string' && { host: second }) };
}

function refusalFor(
  journey: Journey | undefined,
  { path, host = 'localhost', port }: AskedSocket,
): Failure | 'proxy' | undefined {
  if (!journey)
    return new Failure(
      'INTERNAL',
      'policy.unclaimed',
      'Something opened a connection that belongs to no job and not to the agent itself.',
    );
  if (typeof path === 'string') return journey.refuse(hostForbidden(path));
  if (isProxy(host, Number(port))) return 'proxy';
  try {
    journey.assertHost(host, Number(port));
    return undefined;
  } catch (error) {
    return error as Failure;
  }
}

/** Behind a forward proxy it is the proxy that knows addresses. */
function isProxy(host: string, port: number): boolean {
  const url = wayOut()?.url;
  if (url === undefined) return false;
  const proxy = new URL(url);
  return (
    proxy.hostname.replaceAll(/[[\]]/g, '') === host &&
    Number(proxy.port || defaultPort(proxy)) === port
  );
}

const defaultPort = ({ protocol }: URL): number => (protocol === 'https:' ? 443 : 80);

/** Nothing leaves the machine: both sockets are refused, or the second one finds nobody on port 1 of this machine. */
async function assertGuarded(): Promise<void> {
  const nowhere = new Journey({ hosts: [], networks: [] });
  const noAddress = new Journey({ hosts: ['*'], networks: [] });
  for (const journey of [nowhere, noAddress]) {
    const ended = Promise.withResolvers<unknown>();
    const socket = journey.within(() => new Socket().once('error', ended.resolve));
    socket.once('connect', () => ended.resolve(undefined));
    journey.within(() => socket.connect({ host: '127.0.0.1', port: 1 }));
    const error = await ended.promise;
    socket.destroy();
    if (!(error instanceof Failure) || !error.code.startsWith('policy.'))
      throw new Failure(
        'INTERNAL',
        'config.unguarded',
        'This version of Node.js does not ask before it opens a connection, so the policy could not be enforced. Run the agent with the Node.js of its image.',
      );
  }
}
