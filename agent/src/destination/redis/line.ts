import { Command, Pipeline, Redis, ReplyError } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { LastCheck } from '../../connector/destination.js';
import { crashPoint } from '../../crash-point.js';
import { Failure } from '../../failure.js';
import { connectFailure, noAnswer, refusalOf } from './failures.js';
import { command, type Ask, type Script } from './resp.js';

/** What a server said to one command, or the Failure that stands for it. */
export type Reply = unknown;

export type LineOptions = Omit<RedisOptions, 'replyMapping'>;

/** The only place that knows ioredis. It connects once; who finds the line broken opens another. */
const everyLine: LineOptions = {
  lazyConnect: true,
  protocol: 2,
  // Nothing that the engine does not know of: no queue, no second try, no other server.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  maxRetriesPerRequest: 0,
  // Both ask for more rights than writing takes; a server that loads says so to every command.
  enableReadyCheck: false,
  disableClientInfo: true,
  connectTimeout: 15_000,
};

/** The bytes of a whole pipeline leave with its first command; the others wait for their replies. */
class Prepared extends Command {
  constructor(private readonly bytes: Buffer) {
    super('evalsha');
  }

  override toWritable(): Buffer {
    return this.bytes;
  }
}
const nothing = Buffer.alloc(0);

/** One connection to one server. */
export class Line {
  private readonly known = new Set<Script>();
  private isClosed = false;

  private constructor(
    private readonly redis: Redis,
    /** What broke the line. */
    private readonly trouble: () => Error | undefined,
  ) {}

  /** Throws TRANSIENT `destination.unreachable` or what the server has against it. */
  static async open(options: LineOptions): Promise<Line> {
    const redis = new Redis({ ...options, ...everyLine });
    let last: Error | undefined;
    redis.on('error', (error: Error) => void (last ??= error));
    try {
      await redis.connect();
      return new Line(redis, () => last);
    } catch (error) {
      redis.disconnect();
      const cause = last ?? (error as Error);
      throw isReply(cause) ? refusalOf(cause) : connectFailure(cause);
    }
  }

  get isOpen(): boolean {
    return !this.isClosed && this.redis.status === 'ready';
  }

  /**
   * One pipeline: written in one step, answered for each. Throws when nothing can have been taken. A reply that never came,
   * and every other error, is a Failure in its place.
   */
  async send(asks: readonly Ask[], lastCheck: LastCheck): Promise<Reply[]> {
    const scripts = [...new Set(asks.flatMap(({ script }) => script ?? []))].filter(
      (script) => !this.known.has(script),
    );
    const loads = scripts.map(({ text }) => command(['SCRIPT', 'LOAD', text]));
    const bytes = Buffer.from([...loads, ...asks.map((each) => each.bytes)].join(''), 'latin1');
    const pipeline = new Pipeline(this.redis);
    for (let n = 0; n < loads.length + asks.length; n += 1)
      pipeline.sendCommand(new Prepared(n === 0 ? bytes : nothing));
    crashPoint('batch.leaving');
    if (!this.isOpen) throw connectFailure(new Error('The connection is closed.'));
    lastCheck();
    const answers = (await pipeline.exec()) ?? [];
    const replies = answers.map(([error, reply]) => (error ? failureIn(error) : reply));
    for (const reply of replies.splice(0, scripts.length)) if (reply instanceof Error) throw reply;
    for (const script of scripts) this.known.add(script);
    if (replies.some(saysForgotten)) this.known.clear();
    return replies;
  }

  /** For what is asked once. */
  async call(name: string, ...args: string[]): Promise<unknown> {
    try {
      return await this.redis.call(name, args);
    } catch (error) {
      // A server that wants a certificate of its clients says so when the handshake is over for them already.
      throw failureIn(this.trouble() ?? (error as Error), connectFailure);
    }
  }

  close(): void {
    this.isClosed = true;
    this.redis.disconnect();
  }
}

/** A server that was restarted behind a proxy, or told to forget, brings the line to no end. */
function saysForgotten(reply: Reply): boolean {
  return reply instanceof Failure && reply.vendorCode === 'NOSCRIPT';
}

function failureIn(error: Error, otherwise = noAnswer): Failure {
  return isReply(error) ? refusalOf(error) : otherwise(error);
}

function isReply(error: Error): boolean {
  return error instanceof (ReplyError as new () => Error);
}
