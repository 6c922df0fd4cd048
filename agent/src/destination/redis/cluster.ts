import type { LastCheck } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { addressOf } from './connection.js';
import type { Address } from './connection.js';
import type { LineOptions, Reply } from './line.js';
import { command } from './resp.js';
import type { Ask } from './resp.js';
import { OneServer } from './server.js';
import type { Server } from './server.js';
import { slotOf, slots } from './slot.js';

// The nodes of a cluster. Each key has one master; who asks another node is told where it is: MOVED, for good, or ASK, this
// once, while it is on its way. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/, read 2026-11.

/** What says that the map of the slots may be another one by now. */
const movedOn = ['MOVED', 'CLUSTERDOWN', 'READONLY'];

export class Cluster implements Server {
  private readonly nodes = new Map<string, OneServer>();
  /** The address of each slot's master, while nothing speaks against it. */
  private masters: Promise<readonly (string | undefined)[]> | undefined;

  constructor(
    private readonly seeds: readonly Address[],
    private readonly options: LineOptions,
  ) {}

  async send(asks: readonly Ask[], lastCheck: LastCheck): Promise<Reply[]> {
    const masters = await this.readMasters();
    const sendings = asks.map((ask) => ({
      ask,
      address: masters[slotOf(ask.key)],
      isAsking: false,
    }));
    const replies = await this.sendTo(sendings, lastCheck);
    await this.follow(replies, asks, lastCheck);
    return replies;
  }

  /** Of any node that answers; none, when the cluster can't be read. */
  async call(name: string, ...args: string[]): Promise<unknown> {
    const masters = await this.readMasters();
    const address = masters.find((each) => each !== undefined);
    if (address === undefined) throw clusterIsDown();
    return this.node(address).call(name, ...args);
  }

  async check(): Promise<void> {
    const masters = await this.readMasters();
    if (masters.includes(undefined)) throw clusterIsDown();
    await Promise.all([...new Set(masters)].map((address) => this.node(address as string).check()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.close()));
  }

  /** Each to its place, one pipeline a node. A node that is not there fails its own commands and no others. */
  private async sendTo(sendings: readonly Sending[], lastCheck: LastCheck): Promise<Reply[]> {
    const replies: Reply[] = sendings.map(() => clusterIsDown());
    const groups = Map.groupBy(sendings.keys(), (n) => sendings[n]?.address);
    const sendGroup = async ([address, places]: [string | undefined, number[]]): Promise<void> => {
      if (address === undefined) return;
      const asks = places.flatMap((n) => asksOf(sendings[n] as Sending));
      const got = await this.sendGroup(address, asks, lastCheck);
      // Where it was told to be asked for, the answer to that stands before its own.
      let at = -1;
      for (const n of places) replies[n] = got[(at += sendings[n]?.isAsking ? 2 : 1)];
    };
    await Promise.all([...groups].map(sendGroup));
    return replies;
  }

  private async sendGroup(
    address: string,
    asks: readonly Ask[],
    lastCheck: LastCheck,
  ): Promise<Reply[]> {
    try {
      return await this.node(address).send(asks, lastCheck);
    } catch (error) {
      this.masters = undefined;
      if (!(error instanceof Failure) || error.kind !== 'TRANSIENT') throw error;
      return asks.map(() => error);
    }
  }

  /** Asks once more where it was told to; who is sent on again waits for the engine to come back. */
  private async follow(
    replies: Reply[],
    asks: readonly Ask[],
    lastCheck: LastCheck,
  ): Promise<void> {
    const redirected = replies.flatMap((reply, n) => {
      const ask = asks[n];
      const there = ask && redirectionOf(reply);
      return there ? [{ n, ask, ...there }] : [];
    });
    if (replies.some(saysMovedOn)) this.masters = undefined;
    if (redirected.length === 0) return;
    const got = await this.sendTo(redirected, lastCheck);
    redirected.forEach(({ n }, at) => void (replies[n] = got[at]));
  }

  private node(address: string): OneServer {
    const known = this.nodes.get(address);
    if (known) return known;
    const made = new OneServer({ ...this.options, ...addressOf(address) });
    this.nodes.set(address, made);
    return made;
  }

  private readMasters(): Promise<readonly (string | undefined)[]> {
    const reading = (this.masters ??= this.askForMasters());
    reading.catch(() => {
      if (this.masters === reading) this.masters = undefined;
    });
    return reading;
  }

  /** Of the first that answers: a node that is known, or one of those to begin with. */
  private async askForMasters(): Promise<readonly (string | undefined)[]> {
    let failure: unknown;
    for (const address of new Set([...this.seeds.map(textOfAddress), ...this.nodes.keys()])) {
      try {
        const reply = await this.node(address).call('CLUSTER', 'SLOTS');
        return mastersIn(reply, addressOf(address).host);
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }
}

/** What is sent where. */
interface Sending {
  ask: Ask;
  /** None: no master has the slot. */
  address: string | undefined;
  /** The node does not have the slot yet and must be told that it is meant all the same. */
  isAsking: boolean;
}

function asksOf({ ask, isAsking }: Sending): Ask[] {
  return isAsking ? [{ key: ask.key, bytes: command(['ASKING']) }, ask] : [ask];
}

/** `MOVED 3999 127.0.0.1:6381`, `ASK 3999 127.0.0.1:6381`. */
function redirectionOf(reply: Reply): Omit<Sending, 'ask'> | undefined {
  if (!(reply instanceof Failure)) return undefined;
  const [, word, address] = /^(MOVED|ASK) \d+ (\S+:\d+)/.exec(reply.detail ?? '') ?? [];
  return address === undefined ? undefined : { address, isAsking: word === 'ASK' };
}

function saysMovedOn(reply: Reply): boolean {
  return reply instanceof Failure && movedOn.includes(reply.vendorCode);
}

/** Ranges with their master first: https://redis.io/docs/latest/commands/cluster-slots/, read 2026-11. */
function mastersIn(reply: unknown, askedHost: string): (string | undefined)[] {
  const masters = Array.from({ length: slots }, (): string | undefined => undefined);
  for (const [from, to, [host, port]] of reply as [number, number, [string | null, number]][]) {
    // A node that does not know its own name means the one that it was asked under.
    const known = host === null || host === '' || host === '?' ? askedHost : host;
    masters.fill(textOfAddress({ host: known, port }), from, to + 1);
  }
  return masters;
}

function textOfAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function clusterIsDown(): Failure {
  return new Failure('TRANSIENT', 'destination.busy', 'The server can not write now.', {
    vendorCode: 'CLUSTERDOWN',
    detail: 'No node has the slot of the key.',
  });
}
