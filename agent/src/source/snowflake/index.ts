import { defineSource } from '../../connector/source.js';
import { hostOf } from '../../connector/journey.js';
import type { SourceQuery } from '../../connector/source.js';
import { accessUrlOf, accountSecrets, accountSettings, signInOf } from './sign-in.js';
import { advice } from './advice.js';
import { check } from './check.js';
import { listIn } from './list.js';
import { openQuery } from './query.js';
import { openUnload } from './unload.js';

export default defineSource({
  name: 'snowflake',
  label: 'Snowflake',
  client: 'snowflake-sdk',
  settings: {
    ...accountSettings,
    statementTimeout: {
      type: 'number',
      label: 'Statement timeout (seconds)',
      help: 'The warehouse ends a query that runs longer; 0 is its own limit, a week.',
      default: 3600,
      minimum: 0,
      maximum: 604_800,
    },
    read: {
      type: 'choice',
      label: 'Way of reading',
      help: 'chunks: rows come through the agent. unload: the warehouse writes them into the agent’s bucket first.',
      choices: ['chunks', 'unload'],
      default: 'chunks',
    },
    unloadBy: {
      type: 'choice',
      label: 'Unload by',
      help: 'An external stage whose URL is bucket and prefix of the agent, or a storage integration that may write there.',
      choices: ['stage', 'integration'],
      default: 'stage',
      when: { field: 'read', is: ['unload'] },
    },
    unloadName: {
      type: 'text',
      label: 'Name of the stage or integration',
      required: true,
      example: 'MARTS.PUBLIC.DRAWBRIDGE',
      when: { field: 'read', is: ['unload'] },
    },
    acceptWritingRole: {
      type: 'boolean',
      label: 'Accept a role that can write',
      help: 'Otherwise a check of the connection fails for it.',
      default: false,
    },
  },
  secrets: accountSecrets,
  advice,
  hosts: (settings) => hostOf(accessUrlOf(settings)),
  open: ({ settings, secrets }) => {
    const account = { ...settings, ...secrets };
    const { statementTimeout, read, unloadBy, unloadName = '' } = settings;
    const querying = (query: SourceQuery, signal: AbortSignal) => ({
      signIn: signInOf(account, query.tag),
      statementTimeout,
      signal,
    });
    const way = unloadBy === 'integration' ? { integration: unloadName } : { stage: unloadName };
    // Each has a session of its own, which ends with it.
    return {
      check: (signal) => check(account, signal),
      query: async (query, signal) => openQuery(query, querying(query, signal)),
      ...(read === 'unload' && {
        unload: async (query, to, signal) =>
          openUnload(query, to, { ...querying(query, signal), way }),
      }),
      list: async (path, signal) => listIn(path, signInOf(account), signal),
      close: async () => undefined,
    };
  },
});
