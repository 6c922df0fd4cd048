// A control plane that truly listens: it greets, checks signatures with the real public key, applies each numbered frame
// once, acknowledges, and answers heartbeats. A test tells it what to offer, and when to be unpleasant.
import { createHash, createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Standing, decodeAgentFrame, encodeControlFrame } from '@drawbridge/proto';
import type {
  AgentFrame,
  ControlFrameSchema,
  Heartbeat,
  MessageInitShape,
  OfferSchema,
} from '@drawbridge/proto';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

type ControlBody = NonNullable<MessageInitShape<typeof ControlFrameSchema>['body']>;
export type OfferedWork = NonNullable<MessageInitShape<typeof OfferSchema>['work']>;
type LeaseKey = { jobId: string; epoch: bigint };
export type AgentCase = NonNullable<AgentFrame['body']['case']>;
type ValueOf<Case> =
  Extract<AgentFrame['body'], { case: Case }> extends { value: infer V } ? V : never;

interface Known {
  publicKey: Uint8Array;
  /** Kept in a rotation: the first hello that it signs makes it the present one. */
  nextKey?: Uint8Array;
  bootId: string;
  /** Highest number of this boot that was applied. */
  applied: bigint;
}

export class FakeControlPlane {
  /** Heartbeat and lease of Welcome, in milliseconds. */
  pace = { heartbeatMs: 200, leaseMs: 60_000 };
  acknowledges = true;
  answersHeartbeats = true;
  /** What a lease is told that stands differently than CURRENT; by job id. */
  readonly standings = new Map<string, Standing>();
  /** Numbered frames, each once, in the order in which they were applied. */
  readonly applied: AgentFrame[] = [];
  /** All that was ever said, repeats included. */
  readonly said: AgentFrame[] = [];
  /** Called before a frame is looked at; true swallows it. */
  swallows: (frame: AgentFrame) => boolean = () => false;
  readonly tokens = new Map<string, Uint8Array | undefined>();
  readonly agents = new Map<string, Known>();
  greetings = 0;
  private readonly news = new EventEmitter();
  private line: Line | undefined;

  private constructor(
    readonly url: string,
    private readonly sockets: ReadonlySet<WebSocket>,
    private readonly stop: () => Promise<void>,
  ) {
    this.news.setMaxListeners(0);
  }

  static async open(): Promise<FakeControlPlane> {
    const http = createServer();
    const server = new WebSocketServer({ server: http, path: '/agent', perMessageDeflate: false });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const plane = new FakeControlPlane(`ws://127.0.0.1:${port}`, server.clients, async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      http.close();
      await once(http, 'close');
    });
    server.on('connection', (socket) => plane.meet(socket));
    return plane;
  }

  /** Good for one key. */
  makeToken(): string {
    const token = `dbe_${randomBytes(32).toString('base64url')}`;
    this.tokens.set(token, undefined);
    return token;
  }

  offer(work: OfferedWork, epoch = 1n, jobId: string = randomUUID()): LeaseKey {
    const lease = { jobId, epoch };
    this.say({ case: 'offer', value: { lease, work } });
    return lease;
  }

  cancel(lease: LeaseKey): void {
    this.say({ case: 'cancel', value: { lease } });
  }

  /** Asks for a new key. */
  rotate(): void {
    this.say({ case: 'rotate', value: {} });
  }

  problem(code: string, retryable: boolean): void {
    this.say({ case: 'problem', value: { code, retryable } });
  }

  sayBytes(bytes: Uint8Array): void {
    this.line?.socket.send(bytes);
  }

  /** Breaks the line without a word. */
  cut(): void {
    this.line?.socket.terminate();
  }

  /** Breaks every line, also of those who have not greeted. */
  cutAll(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  /** Offers it again after each reconnect until it is accepted or refused, as the database would. */
  async offeredUntil(jobId: string, work: OfferedWork): Promise<void> {
    const isAnswered = (): boolean =>
      this.applied.some(
        ({ body }) =>
          (body.case === 'accepted' || body.case === 'refused') &&
          body.value.lease?.jobId === jobId,
      );
    const again = (): void => void this.offer(work, 1n, jobId);
    this.news.on('welcome', again);
    if (this.line) again();
    while (!isAnswered()) await once(this.news, 'frame');
    this.news.off('welcome', again);
  }

  /** What was said of a job in the end. */
  async finished(jobId: string): Promise<ValueOf<'finished'>> {
    return this.heard('finished', ({ lease }) => lease?.jobId === jobId);
  }

  /** The first frame of this kind that fits among all that was said. */
  async heard<Case extends AgentCase>(
    wanted: Case,
    fits: (value: ValueOf<Case>) => boolean = () => true,
  ): Promise<ValueOf<Case>> {
    for (;;) {
      for (const { body } of this.said)
        if (body.case === wanted && fits(body.value as ValueOf<Case>))
          return body.value as ValueOf<Case>;
      await once(this.news, 'frame');
    }
  }

  /** Resolves at the next welcome. */
  async welcomed(): Promise<void> {
    await once(this.news, 'welcome');
  }

  async close(): Promise<void> {
    await this.stop();
  }

  private say(body: ControlBody): void {
    this.line?.say(body, true);
  }

  private meet(socket: WebSocket): void {
    const line = new Line(socket);
    socket.on('message', (data) => {
      const decoded = decodeAgentFrame(data as Buffer);
      if (decoded.kind === 'invalid') return socket.terminate();
      if (this.swallows(decoded.frame)) return undefined;
      this.said.push(decoded.frame);
      this.take(line, decoded.frame);
      this.news.emit('frame');
      return undefined;
    });
    line.say({
      case: 'challenge',
      value: { nonce: line.nonce, serverTime: { seconds: 1_700_000_000n } },
    });
  }

  private take(line: Line, frame: AgentFrame): void {
    switch (frame.body.case) {
      case 'enroll':
        return this.enrol(line, frame.body.value);
      case 'hello':
        return this.greet(line, frame.body.value);
      case 'heartbeat':
        return this.answersHeartbeats ? this.answer(line, frame.body.value) : undefined;
      case 'nextKey':
        return this.keepKey(line, frame.body.value);
      case 'progress':
      case 'goodbye':
        return undefined;
      default:
        return this.apply(line, frame);
    }
  }

  private enrol(line: Line, { token, publicKey, signature }: ValueOf<'enroll'>): void {
    if (!this.tokens.has(token)) return line.end('session.bad_token');
    const spentBy = this.tokens.get(token);
    if (spentBy && Buffer.compare(spentBy, publicKey) !== 0) return line.end('session.token_spent');
    const digest = createHash('sha256').update(token).digest();
    const text = Buffer.concat([Buffer.from('drawbridge-enroll-v1\n'), line.nonce, digest]);
    if (!isSigned(text, publicKey, signature)) return line.end('session.bad_signature');
    this.tokens.set(token, publicKey);
    const agentId = randomUUID();
    this.agents.set(agentId, { publicKey, bootId: '', applied: 0n });
    line.say({ case: 'enrolled', value: { agentId, workspaceId: randomUUID(), pool: 'default' } });
  }

  private greet(line: Line, { agentId, bootId, signature }: ValueOf<'hello'>): void {
    const known = this.agents.get(agentId);
    if (!known) return line.end('session.unknown_agent');
    const text = Buffer.concat([
      Buffer.from('drawbridge-session-v1\n'),
      line.nonce,
      Buffer.from(`${agentId}${bootId}`),
    ]);
    if (known.nextKey && isSigned(text, known.nextKey, signature)) {
      known.publicKey = known.nextKey;
      delete known.nextKey;
    }
    if (!isSigned(text, known.publicKey, signature)) return line.end('session.bad_signature');
    line.agentId = agentId;
    if (known.bootId !== bootId) Object.assign(known, { bootId, applied: 0n });
    line.known = known;
    this.line = line;
    this.greetings += 1;
    line.say({ case: 'welcome', value: { sessionId: line.sessionId, ...this.pace } });
    this.news.emit('welcome');
  }

  private keepKey(line: Line, { publicKey, signature }: ValueOf<'nextKey'>): void {
    const text = Buffer.from(`drawbridge-rotate-v1\n${line.agentId}${line.sessionId}`);
    if (!line.known || !isSigned(text, publicKey, signature))
      return line.end('session.bad_signature');
    line.known.nextKey = publicKey;
    line.end('session.rotating', true);
  }

  private answer(line: Line, { number, leases }: Heartbeat): void {
    line.say({
      case: 'heartbeatAnswer',
      value: {
        number,
        leases: leases.map((lease) => ({
          lease: { jobId: lease.jobId, epoch: lease.epoch },
          standing: this.standings.get(lease.jobId) ?? Standing.CURRENT,
        })),
      },
    });
  }

  private apply(line: Line, frame: AgentFrame): void {
    const { known } = line;
    if (!known) return line.end('session.out_of_turn');
    if (frame.seq > known.applied + 1n) return line.end('session.gap', true);
    if (frame.seq === known.applied + 1n) {
      known.applied = frame.seq;
      this.applied.push(frame);
    }
    if (this.acknowledges) line.say({ case: 'acknowledgement', value: {} });
    return undefined;
  }
}

class Line {
  readonly nonce = randomBytes(32);
  known: Known | undefined;
  agentId = '';
  readonly sessionId = randomUUID();
  private seq = 0n;

  constructor(readonly socket: WebSocket) {}

  say(body: ControlBody, isNumbered = false): void {
    if (isNumbered && body.case !== 'problem') this.seq += 1n;
    const encoded = encodeControlFrame({
      seq: isNumbered ? this.seq : 0n,
      ack: this.known?.applied ?? 0n,
      body,
    });
    if (encoded.kind === 'invalid') throw new Error(`${encoded.problem} ${encoded.where}`);
    this.socket.send(encoded.bytes);
  }

  end(code: string, retryable = false): void {
    this.say({ case: 'problem', value: { code, retryable } });
    this.socket.close();
  }
}

function isSigned(text: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
