import { decodeAgentFrame, type AgentFrame } from '@drawbridge/proto';
import { AppError } from '../app-error.js';
import type { Clock } from '../clock.js';
import type { Line } from './line.js';

/** What an agent says, as frames. */
export class Hearing {
  lastHeardMs: number;

  constructor(
    private readonly line: Line,
    private readonly clock: Clock,
  ) {
    this.lastHeardMs = clock.monotonicMs();
  }

  /** Undefined when the connection is over; throws the codec's problem when it is no frame. */
  async next(): Promise<AgentFrame | undefined> {
    const { value, done } = await this.line.messages.next();
    if (done) return undefined;
    this.lastHeardMs = this.clock.monotonicMs();
    if (value === 'text') throw new AppError('frame.malformed', 'Frames are binary messages.');
    const decoded = decodeAgentFrame(value);
    if (decoded.kind === 'frame') return decoded.frame;
    throw new AppError(decoded.problem, 'A frame was refused.');
  }
}
