import { Worker } from 'node:worker_threads';
import { passportHere } from '../../connector/journey.js';
import { Failure } from '../../failure.js';
import type {
  Answers,
  Ask,
  Asked,
  More,
  Patience,
  Results,
  SignIn,
  Told,
} from './driver/protocol.js';
import { failureOf } from './failure.js';

/** Built, as Node runs no other; see `driver/worker.ts`. */
const script = new URL('../../../dist/source/snowflake/driver/worker.js', import.meta.url);

const patient: Patience = {
  signInMs: 45_000,
  statementMs: 60_000,
  stillMs: 90_000,
  pausesMs: [500, 2_000, 5_000],
  goodbyeMs: 4_000,
};

type Question = { [A in Ask]: Omit<Answers[A], 'id'> }[Ask];

interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
  /** Then a line that breaks has cut something off. */
  isQuery: boolean;
  piece?(piece: Uint8Array): void;
}

/** A session with the warehouse, kept by a thread of its own, which ends with it whatever the warehouse does. */
export class Session {
  private readonly worker = new Worker(script, {
    stdout: true,
    stderr: true,
    workerData: passportHere(),
  });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  /** Set once nothing more can be asked. */
  private over: unknown;
  private closing: Promise<void> | undefined;
  private readonly abort: () => void;

  private constructor(
    private readonly signal: AbortSignal,
    private readonly patience: Patience,
  ) {
    // Whatever the driver prints is not for the agent's own output.
    this.worker.stdout.resume();
    this.worker.stderr.resume();
    this.worker.on('message', (told: Told) => this.hear(told));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('The driver’s thread has ended.')));
    this.abort = () => void this.close(signal.reason);
    signal.addEventListener('abort', this.abort, { once: true });
  }

  /** Signs in. An abort later ends what is under way, in the warehouse too. */
  static async open(
    signIn: SignIn,
    signal: AbortSignal,
    patience: Patience = patient,
  ): Promise<Session> {
    signal.throwIfAborted();
    const session = new Session(signal, patience);
    try {
      await session.ask({ ask: 'signIn', signIn, patience }, patience.signInMs);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  run(sql: string): Promise<Results['run']> {
    return this.ask({ ask: 'run', sql }, this.patience.statementMs);
  }

  describe(sql: string): Promise<Results['describe']> {
    return this.ask({ ask: 'describe', sql }, this.patience.statementMs);
  }

  /** A statement that may take as long as the warehouse lets it. */
  finish(sql: string): Promise<Results['finish']> {
    return this.ask({ ask: 'finish', sql });
  }

  /** The rows of a query that gives so many columns of text, as canonical lines. */
  async *read(sql: string, columns: number): AsyncGenerator<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let wake: () => void = () => undefined;
    let end: { error?: unknown } | undefined;
    const told = (how: { error?: unknown }): void => {
      end = how;
      wake();
    };
    this.ask({ ask: 'read', sql, columns }, undefined, (piece) => {
      pieces.push(piece);
      wake();
    }).then(
      () => told({}),
      (error: unknown) => told({ error }),
    );
    for (;;) {
      if (end && 'error' in end) throw end.error;
      const piece = pieces.shift();
      if (piece) {
        yield piece;
        this.tell({ more: 1 });
      } else if (end) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  /** Ends what runs in the warehouse, the session, and the thread. */
  close(reason: unknown = new Error('The session is closed.')): Promise<void> {
    this.closing ??= this.sayGoodbye(reason);
    return this.closing;
  }

  private async sayGoodbye(reason: unknown): Promise<void> {
    this.signal.removeEventListener('abort', this.abort);
    const goodbye = this.ask({ ask: 'close' }, this.patience.goodbyeMs).catch(() => undefined);
    const last = this.asked;
    for (const [id, { reject }] of this.waiting) if (id !== last) reject(reason);
    await goodbye;
    this.over ??= reason;
    await this.worker.terminate();
  }

  private ask<A extends Ask>(
    question: Extract<Question, { ask: A }>,
    deadlineMs?: number,
    piece?: (piece: Uint8Array) => void,
  ): Promise<Results[A]> {
    if (this.over !== undefined) return Promise.reject(this.over as Error);
    const id = (this.asked += 1);
    const answer = new Promise<Results[A]>((resolve, reject) => {
      const isQuery = ['read', 'finish'].includes(question.ask);
      this.waiting.set(id, { resolve, reject, isQuery, ...(piece && { piece }) });
    });
    const timer =
      deadlineMs !== undefined &&
      setTimeout(() => this.waiting.get(id)?.reject(late()), deadlineMs);
    this.tell({ ...question, id } as Asked);
    return answer.finally(() => {
      this.waiting.delete(id);
      if (timer) clearTimeout(timer);
    });
  }

  private tell(message: Asked | More): void {
    this.worker.postMessage(message, []);
  }

  private hear(told: Told): void {
    const waiting = this.waiting.get(told.id);
    if (!waiting) return;
    if ('piece' in told) waiting.piece?.(told.piece);
    else if ('trouble' in told) waiting.reject(failureOf(told.trouble, waiting.isQuery));
    else waiting.resolve(told.value as never);
  }

  private fail(error: unknown): void {
    this.over ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
  }
}

function late(): Failure {
  return new Failure(
    'TRANSIENT',
    'source.unreachable',
    'The warehouse does not answer. Check the account, its address and the network.',
    { detail: 'no answer in time' },
  );
}
