import type { Texts } from './texts.js';

/** Connections, their settings and secrets, and what any destination may say. */
export const connectionTexts: Texts = {
  'connection.timeout': [
    'The connection did not answer in time',
    'Check the address in its settings, and that the agent’s network may reach it. Then check the connection again.',
  ],
  'discovery.off': [
    'The agent does not tell what is in its systems',
    'Write the name yourself. Whoever runs the agent can allow it by DRAWBRIDGE_DISCOVERY=on, and a restart.',
  ],
  'listing.missing': [
    'There is nothing of that name',
    'Correct the name, or give the connection’s user the right to see it. Without a path, `drawbridge discover` lists what is there.',
  ],
  'listing.not_offered': [
    'This kind of connection can not tell what is in it',
    'Write the name yourself, as the system has it.',
  ],
  'connector.unknown': [
    'The agent lacks this connector',
    'Correct the `type` of the connection, or install a newer agent in its pool.',
  ],
  'settings.invalid': [
    'The settings do not fit',
    'Compare `settings` and `options` with the README of the connector; the text in your bucket names the field. Correct them and run `drawbridge apply`.',
  ],
  'spec.incomplete': [
    'The agent does not understand all of this sync',
    'The control plane is newer than the agent. Install a newer agent in the pool and run the sync again.',
  ],
  'secret.missing': [
    'A secret is not there',
    'The reference names a variable or file that the agent does not have. Set `env:NAME` in the environment of every agent of the pool and restart them, or mount the file that `file:/path` names. The text in your bucket says which.',
  ],
  'secret.unreadable': [
    'The file of a secret can not be read',
    'Give the user that the agent runs as the right to read the file that `file:/path` names.',
  ],
  'secret.invalid': [
    'The file of a secret is empty, too large or no file',
    'The file that `file:/path` names must hold the secret alone, at most 1 MiB.',
  ],
  'secret.not_absolute': [
    'The path of a secret is not whole',
    'Write it from the root on, as `file:/path/to/secret`, and run `drawbridge apply`.',
  ],
  'secret.unsupported': [
    'Secrets of this kind can not be read',
    'This agent reads `env:NAME` and `file:/path`. Have your secret store put the secret into a variable or a file of the agent.',
  ],
  'secret.forbidden': [
    'The secret belongs to the agent itself',
    'A connection may use neither the agent’s key nor the credentials of its bucket or cluster. Make a credential of its own for the connection, and refer to that.',
  ],
  'destination.unreachable': [
    'The destination does not answer',
    'Check its address (host and port, or `baseUrl`), and that the agent’s network may reach it: the text in your bucket names whom it dialled, and what a network policy’s list must have (`networkPolicy.egress` of the chart). Then run the sync again.',
  ],
  'destination.tls_failed': [
    'TLS with the destination failed',
    'Its certificate is not trusted, has expired, or is for another name. Renew it, or give its authority: `ssl` and `caFile` of a database, NODE_EXTRA_CA_CERTS of the agent for HTTP.',
  ],
  'destination.auth_failed': [
    'The destination refuses the credentials',
    'Check the user, and what the secret reference of the connection points at in the agent.',
  ],
  'destination.no_answer': [
    'The connection broke after sending',
    'Run the sync again: rows that are safe to send twice are sent again by themselves. Others are held as uncertain; look whether they arrived, and set `uncertain: resend` if doubling them does no harm.',
  ],
  'destination.failed_midway': [
    'The destination failed while it had the request',
    'What it said is in your bucket under the error id. Rows that are safe to send twice are sent again by themselves. Others are held as uncertain: look whether they arrived, and set `uncertain: resend` if doubling them does no harm.',
  ],
  'destination.busy': [
    'The destination is busy',
    'It was asked several times and asks for later. The rows are sent in the next run; if it happens often, lower limits.requestsPerSecond or limits.concurrency.',
  ],
  'destination.rejected': [
    'The destination refuses the row',
    'What it said is in your bucket under the error id. Correct the row at the source or the mapping; the row is tried again in every run.',
  ],
  'destination.forbidden': [
    'The credentials do not allow this',
    'Give the connection’s user or key the rights that the README of the connector lists.',
  ],
  'destination.object_missing': [
    'What the sync writes to is not there',
    'Create what `object` names in the destination (for a table, write it as schema.table), or correct the name.',
  ],
  'destination.field_missing': [
    'The destination lacks a field',
    'Add the field or column to the object, or take it out of the mapping.',
  ],
  'destination.rate_limited': [
    'The destination limits the pace',
    'Set limits.requestsPerSecond of the destination below its limit, or send more rows in a request. Asked to wait for more than 5 minutes, the run ends; the next one sends the rest.',
  ],
  'destination.omit_unfit': [
    'The record is written as a whole',
    'The destination has no field that could stay as it is. Take `nulls: omit` out of the fields, or write an object whose fields stand by themselves.',
  ],
};
