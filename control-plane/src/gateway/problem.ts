import { AppError } from '../app-error.js';
import type { Hold } from '../agent/presence.service.js';

/** Why a connection is closed, as the agent hears it. */
export interface Problem {
  code: string;
  /** False: connecting again can't help; the agent stops. */
  retryable: boolean;
}

/**
 * What passes by itself, or is put right by saying again what was not acknowledged. Everything else needs a person, or at
 * least a new process: frames that we refuse would come out of the same outbox again and again.
 */
const passing = new Set([
  'session.gap',
  'session.internal_error',
  'session.reconnected',
  'session.restarting',
  'session.rotating',
  'session.silent',
  'session.too_slow',
]);

/** What goes wrong in another room, or was never expected, is ours to mend; it says nothing of itself. */
export function problemOf(error: unknown): Problem {
  const isOfTheLine = error instanceof AppError && /^(session|frame)\./.test(error.code);
  const code = isOfTheLine ? error.code : 'session.internal_error';
  return { code, retryable: passing.has(code) };
}

/** The websocket's own word for it. */
export function closeCodeOf({ code }: Problem): number {
  if (code === 'session.internal_error') return 1011;
  return code === 'session.restarting' ? 1012 : 1008;
}

/**
 * An agent that connects anew leaves its own old connection behind, and nothing is wrong with that. Two processes with one
 * identity are: were the older to come back, they would throw each other out for ever, and no run would get to its end.
 */
export function lostSession(hold: Exclude<Hold, 'held'>): AppError {
  switch (hold) {
    case 'revoked':
      return new AppError('session.revoked', 'The agent was revoked. Enrol it anew.');
    case 'replaced':
      return new AppError('session.replaced', 'Another process speaks for this agent.');
    case 'replaced_by_itself':
      return new AppError('session.reconnected', 'A newer connection of the agent took over.');
  }
}
