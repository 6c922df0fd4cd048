import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import {
  decodeControlFrame,
  encodeAgentFrame,
  type AgentFrameSchema,
  type ControlFrame,
  type MessageInitShape,
  revisionHeader,
  wireRevision,
} from '@drawbridge/proto';
import { WebSocket } from 'ws';

export type AgentBody = NonNullable<MessageInitShape<typeof AgentFrameSchema>['body']>;
type ControlCase = NonNullable<ControlFrame['body']['case']>;
type BodyOf<Case extends ControlCase> = Extract<ControlFrame['body'], { case: Case }>['value'];

/** Of a connection that is accepted and never answered. */
const handshakeMs = 5_000;

/** The key pair of one agent, and who it is once it enrolled. */
export class FakeIdentity {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  agentId = '';
  /** Of the wire: what the agent says that it can take in. */
  revision = wireRevision;

  /** The same agent with another key. */
  successor(): FakeIdentity {
    const next = new FakeIdentity();
    next.agentId = this.agentId;
    return next;
  }

  publicKey(): Uint8Array {
    return this.keys.publicKey.export({ type: 'spki', format: 'der' });
  }

  sign(...parts: (string | Uint8Array)[]): Uint8Array {
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
    return sign('sha256', bytes, { key: this.keys.privateKey, dsaEncoding: 'ieee-p1363' });
  }
}

/** One connection of an agent that does what a test tells it, over a real socket. */
export class FakeAgent {
  readonly bootId: string;
  nonce: Uint8Array = new Uint8Array();
  /** Highest number of the control plane's frames that was taken in. */
  heard = 0n;
  closeCode: number | undefined;
  private readonly frames: ControlFrame[] = [];
  private wake: () => void = () => undefined;

  private constructor(
    private readonly socket: WebSocket,
    readonly identity: FakeIdentity,
    bootId: string,
  ) {
    this.bootId = bootId;
    socket.on('message', (data: Buffer) => this.take(data));
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.closeCode = code;
      this.wake();
    });
  }

  /** Connected and challenged. `url` is the HTTP address of the control plane. */
  static async connect(
    url: string,
    identity = new FakeIdentity(),
    bootId: string = randomUUID(),
  ): Promise<FakeAgent> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/agent`, {
      perMessageDeflate: false,
      handshakeTimeout: handshakeMs,
      headers: { [revisionHeader]: String(identity.revision) },
    });
    const agent = new FakeAgent(socket, identity, bootId);
    await once(socket, 'open');
    agent.nonce = (await agent.next('challenge')).nonce;
    return agent;
  }

  async enroll(token: string): Promise<string> {
    const digest = createHash('sha256').update(token).digest();
    const signature = this.identity.sign('drawbridge-enroll-v1\n', this.nonce, digest);
    this.say({
      case: 'enroll',
      value: { token, publicKey: this.identity.publicKey(), signature },
    });
    this.identity.agentId = (await this.next('enrolled')).agentId;
    return this.identity.agentId;
  }

  hello(
    values: {
      slots?: number;
      nonce?: Uint8Array;
      protocolVersion?: number;
      policyDigest?: string;
    } = {},
  ): void {
    const { slots = 4, nonce = this.nonce, protocolVersion = 1, policyDigest = '' } = values;
    const { agentId } = this.identity;
    const signature = this.identity.sign('drawbridge-session-v1\n', nonce, agentId, this.bootId);
    const said = { agentId, bootId: this.bootId, version: '1.0.0', slots, policyDigest };
    this.say({ case: 'hello', value: { ...said, protocolVersion, signature } });
  }

  /** Says hello and waits for the welcome; the frame's ack comes with it. */
  async welcome(values?: { slots?: number; policyDigest?: string }): Promise<ControlFrame> {
    this.hello(values);
    return this.nextFrame('welcome');
  }

  beat(freeSlots: number, leases: { jobId: string; epoch: bigint }[] = [], number = 1n): void {
    this.say({ case: 'heartbeat', value: { freeSlots, leases, number } });
  }

  say(body: AgentBody, seq = 0n): void {
    const encoded = encodeAgentFrame({ seq, ack: this.heard, body });
    if (encoded.kind === 'invalid') throw new Error(`${encoded.problem} ${encoded.where}`);
    this.sayBytes(encoded.bytes);
  }

  sayBytes(bytes: Uint8Array | string): void {
    this.socket.send(bytes);
  }

  async next<Case extends ControlCase>(wanted: Case): Promise<BodyOf<Case>> {
    return (await this.nextFrame(wanted)).body.value as BodyOf<Case>;
  }

  /** The next frame of that kind; others before it are passed over. Fails when the line ends first. */
  async nextFrame(wanted: ControlCase): Promise<ControlFrame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame?.body.case === wanted) return frame;
      if (frame?.body.case === 'problem')
        throw new Error(`Instead of ${wanted}: ${frame.body.value.code}`);
      if (frame) continue;
      if (this.closeCode !== undefined)
        throw new Error(`Instead of ${wanted} the line was closed with ${this.closeCode}.`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** The next frame of any kind; undefined when the line is over. */
  async nextOfAny(): Promise<ControlFrame | undefined> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame ?? this.closeCode !== undefined) return frame;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Waits until a frame with at least that acknowledgement came. */
  async acknowledged(seq: bigint): Promise<void> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame && frame.ack >= seq) return;
      if (frame) continue;
      if (this.closeCode !== undefined) throw new Error('The line ended without an ack.');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** The problem's code, once the line is closed. */
  async problem(): Promise<{ code: string; retryable: boolean }> {
    const { code, retryable } = await this.next('problem');
    await this.closed();
    return { code, retryable };
  }

  async closed(): Promise<number> {
    while (this.closeCode === undefined)
      await new Promise<void>((resolve) => (this.wake = resolve));
    return this.closeCode;
  }

  /** Gone without a word, as when a machine loses its power. */
  vanish(): void {
    this.socket.terminate();
  }

  async close(): Promise<void> {
    this.socket.close(1000);
    await this.closed();
  }

  private take(data: Buffer): void {
    const decoded = decodeControlFrame(data);
    if (decoded.kind === 'invalid')
      throw new Error(`The control plane said something bad: ${decoded.problem} ${decoded.where}`);
    if (decoded.frame.seq > this.heard) this.heard = decoded.frame.seq;
    this.frames.push(decoded.frame);
    this.wake();
  }
}
