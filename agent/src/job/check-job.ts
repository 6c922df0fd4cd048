import type { CheckConnection } from '@drawbridge/proto';
import { askConnection, prepareAsked } from './ask-connection.js';
import type { Question } from './ask-connection.js';
import type { Tools, Work } from './work.js';

/** A connection that takes longer to answer does not work. */
const checking: Question<void> = {
  withinMs: 30_000,
  ask: (connection, signal) => connection.check(signal),
};

/** Whether a connection works, and what to do when not. Throws CONFIG for one that this agent can't open. */
export function prepareCheck({ connection }: CheckConnection, tools: Tools): Work {
  const prepared = prepareAsked(connection, tools);
  return {
    kind: 'check_connection',
    ids: {},
    run: async ({ signal }) => {
      const { durationMs, failure } = await askConnection(prepared, checking, { signal, tools });
      return { case: 'connectionReport', value: { durationMs, ...(failure && { failure }) } };
    },
  };
}
