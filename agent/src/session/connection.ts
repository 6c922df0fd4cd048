import { on, once } from 'node:events';
import {
  decodeControlFrame,
  encodeAgentFrame,
  maxFrameBytes,
  revisionHeader,
  wireRevision,
} from '@drawbridge/proto';
import type { AgentFrameSchema, ControlFrame, MessageInitShape } from '@drawbridge/proto';
import { WebSocket } from 'ws';
import { asAgent } from '../connector/journey.js';
import { Failure } from '../failure.js';
import { httpAgents, wayOut } from '../proxy.js';

export type AgentFrameInit = MessageInitShape<typeof AgentFrameSchema>;

/** One websocket to the control plane. Frames are checked both ways; a bad one from there ends the connection. */
export interface Connection {
  /** Says nothing when the line is already cut; what must not be lost is in the outbox. */
  send(frame: AgentFrameInit): void;
  /** Ends when the line is cut. Throws TRANSIENT `frame.…` on what breaks the protocol. */
  readonly frames: AsyncIterator<ControlFrame, undefined>;
  /** At once, without waiting for the far side. Closing twice is closing once. */
  close(): void;
}

const handshakeMs = 10_000;

export async function openConnection(url: string, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted();
  const options = {
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    handshakeTimeout: handshakeMs,
    followRedirects: false,
    headers: { [revisionHeader]: String(wireRevision) },
    // Without TLS it is this machine's own, which is no matter of the proxy.
    ...(wayOut() &&
      url.startsWith('wss:') && { agent: httpAgents({ keepAlive: false }).httpsAgent }),
  };
  const socket = asAgent(() => new WebSocket(url, options));
  // Errors come after the line is lost as well, when nobody waits for them any more.
  socket.on('error', () => undefined);
  // Listens from the start: the first frame may come with the handshake's last packet.
  const messages = on(socket, 'message', { close: ['close'], highWaterMark: 64, lowWaterMark: 8 });
  const close = (): void => socket.terminate();
  try {
    await once(socket, 'open', { signal });
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw unreachable(error);
  }
  signal.addEventListener('abort', close, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', close));
  return {
    send: (frame) => {
      const bytes = encodedFrame(frame);
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes, () => undefined);
    },
    frames: framesIn(messages, close),
    close,
  };
}

/** Throws INTERNAL when a frame breaks a rule of the protocol: that is our bug, and it must not leave. */
export function encodedFrame(frame: AgentFrameInit): Uint8Array {
  const encoded = encodeAgentFrame(frame);
  if (encoded.kind === 'bytes') return encoded.bytes;
  throw new Failure('INTERNAL', 'session.own_frame', 'The agent made a frame that breaks a rule.', {
    detail: `${encoded.problem} ${encoded.where}`,
  });
}

async function* framesIn(
  messages: AsyncIterable<unknown[]>,
  close: () => void,
): AsyncGenerator<ControlFrame, undefined> {
  try {
    for await (const [data, isBinary] of messages) {
      const decoded = isBinary && data instanceof Uint8Array ? decodeControlFrame(data) : undefined;
      if (decoded?.kind !== 'frame') throw badFrame(decoded?.problem ?? 'frame.not_binary');
      yield decoded.frame;
    }
  } catch (error) {
    throw error instanceof Failure ? error : cut(error);
  } finally {
    close();
  }
  return undefined;
}

function badFrame(problem: string): Failure {
  return new Failure(
    'TRANSIENT',
    problem,
    'The control plane said something that this agent does not understand. A newer agent may.',
  );
}

function cut(error: unknown): Failure {
  return new Failure('TRANSIENT', 'session.cut', 'The connection was cut.', {
    cause: error,
    vendorCode: vendorCodeOf(error),
  });
}

function unreachable(error: unknown): Failure {
  return new Failure(
    'TRANSIENT',
    'session.unreachable',
    'The control plane does not answer. Check DRAWBRIDGE_URL and that the network lets the agent out.',
    { cause: error, vendorCode: vendorCodeOf(error) },
  );
}

/** Node's code, for example ECONNREFUSED, or the HTTP status that refused the upgrade. */
function vendorCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code = '' } = error as { code?: unknown };
  if (typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code)) return code;
  return /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1] ?? '';
}
