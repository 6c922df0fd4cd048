import type { Schema } from './endpoint.js';

/** More syncs than that are started by more calls. */
export const mostRuns = 100;
const digest = '^[0-9a-f]{64}$';

/** What a run does differently from an ordinary one; the same wishes as `startRun` in GraphQL. */
const wishes: Readonly<Record<string, Schema>> = {
  dryRun: { type: 'boolean', description: 'Stop after the plan and send nothing.' },
  full: { type: 'boolean', description: 'Send every current row again.' },
  rebaseline: { type: 'boolean', description: 'Record the rows as the baseline; send nothing.' },
  verify: { type: 'boolean', description: 'Compare every value, not only fingerprints.' },
  canary: {
    type: 'integer',
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'Send so many operations, leave the rest pending and pause the sync.',
  },
  onlyRejected: { type: 'boolean', description: 'Send only rows that were refused before.' },
  undo: { type: 'string', format: 'uuid', description: 'Take back what this run sent.' },
  planDigest: {
    type: 'string',
    pattern: digest,
    description: 'Of the undo’s dry run that was looked at.',
  },
  acceptTypes: { type: 'boolean', description: 'Take columns whose type changed as they are.' },
  backfill: { type: 'boolean', description: 'After a change of the mapping: send every row.' },
  fromNowOn: {
    type: 'boolean',
    description: 'After a change of the mapping: send only what changes from now on.',
  },
};

const ifLive: Schema = {
  type: 'string',
  enum: ['refuse', 'join'],
  default: 'refuse',
  description:
    'Where a sync has a live run: refuse, with 409, or answer with that run, whatever its options are.',
};

export const oneRunBody: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: { ...wishes, ifLive },
};

export const manyRunsBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['runs'],
  properties: {
    runs: {
      type: 'array',
      minItems: 1,
      maxItems: mostRuns,
      description: 'Each sync once.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sync'],
        properties: { sync: { type: 'string', minLength: 1, maxLength: 200 }, ...wishes },
      },
    },
    ifLive,
  },
};
