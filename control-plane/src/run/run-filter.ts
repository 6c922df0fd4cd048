import { AppError } from '../app-error.js';
import type { Prisma } from '../database/database.js';
import type { RunFilter } from './run-filter.model.js';
import { runStates } from './run-state.js';

const triggers = ['schedule', 'api', 'ui'];

/** What the rows of a filter have. Throws AppError `run.bad_filter` for a word that no run has. */
export function filtered(filter: RunFilter): Prisma.RunWhereInput {
  const { states, trigger, from, to, pool, destination } = filter;
  for (const state of states ?? []) requireKnown('states', state, runStates);
  if (trigger) requireKnown('trigger', trigger, triggers);
  return {
    ...(states && states.length > 0 && { state: { in: states } }),
    ...(trigger && { trigger }),
    ...((from || to) && { createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    ...((pool || destination) && {
      sync: {
        ...(pool && { model: { source: { poolName: pool } } }),
        ...(destination && { destination: { name: destination } }),
      },
    }),
  };
}

function requireKnown(field: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  throw new AppError('run.bad_filter', `"${word}" is not one of ${known.join(', ')}.`, {
    field: ['filter', field],
  });
}
