import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'source.tls_failed',
    title: 'TLS with the database failed',
    advice:
      'Its certificate is not trusted, has expired, or is for another name. Renew it, or set `ssl` and `caFile` of the source.',
  },
  {
    code: 'source.busy',
    title: 'The database is busy',
    advice: 'Locks or resources were not to be had in time. Run the sync again later.',
  },
  {
    code: 'source.cancelled',
    title: 'The database stopped the query',
    advice:
      'Somebody cancelled it, or it took longer than `statementTimeout` of the source. Raise that, or make the query faster.',
  },
  {
    code: 'source.unreachable',
    title: 'The database does not answer',
    advice: 'Check host and port, and that the agent’s network may reach them.',
  },
  {
    code: 'source.auth_failed',
    title: 'Sign-in to the database failed',
    advice: 'Check the user, and what the secret reference of its password points at in the agent.',
  },
  {
    code: 'source.forbidden',
    title: 'The user may not read this',
    advice: 'Grant USAGE on the schema and SELECT on the tables that the model names.',
  },
  {
    code: 'source.invalid',
    title: 'The database does not accept the query',
    advice:
      'Run the model’s SQL in the database; the error text is in your bucket under the error id.',
  },
  {
    code: 'source.rejected',
    title: 'The query failed on a value',
    advice:
      'A cast or a division fails for some row. The error text is in your bucket under the error id.',
  },
  {
    code: 'source.column_missing',
    title: 'The model lacks a column',
    advice:
      'The primary key, the mapping or a template names a column that the query does not return.',
  },
  {
    code: 'source.cut',
    title: 'The query broke half way',
    advice:
      'Nothing was changed. Run the sync again; if it happens again, look at the database’s log.',
  },
];
