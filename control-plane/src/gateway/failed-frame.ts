import type { AgentFrame } from '@drawbridge/proto';
import type { Logger } from '@nestjs/common';
import { Counter } from 'prom-client';
import { registry } from '../registry.js';
import { problemOf } from './problem.js';

const failed = new Counter({
  name: 'drawbridge_frames_failed_total',
  help: 'Numbered frames of agents that could not be applied for a reason of ours.',
  registers: [registry],
});

/**
 * Nothing is lost: the agent says the frame again after each reconnect, at growing intervals but without an end. So a count
 * that keeps growing, with one agent and one kind in the log, is a frame that never gets through and needs a person.
 */
export function tellFailedFrame(
  logger: Logger,
  agentId: string,
  { body }: AgentFrame,
  error: unknown,
): void {
  if (problemOf(error).code !== 'session.internal_error') return;
  failed.inc();
  const fields = { agentId, kind: body.case, code: codeOf(error) };
  logger.error(fields, 'A frame could not be applied; the agent will say it again');
}

/** Of the database, or of another room. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'session.internal_error';
}
