import type { Texts } from './texts.js';

const ask =
  'The agent’s policy file belongs to whoever runs the agent, and can be changed there alone; the agent takes it at its next start.';

/** What the customer's own policy file forbids. */
export const policyTexts: Texts = {
  'policy.connection_forbidden': [
    'The agent’s policy does not name the connection',
    `Give the connection the name of a rule under sources or destinations, or have a rule added for it. ${ask}`,
  ],
  'policy.type_forbidden': [
    'The agent’s policy does not allow this kind of connection',
    `The rule that names the connection allows other connectors under types. Use one of them, or have this one added. ${ask}`,
  ],
  'policy.host_forbidden': [
    'The connection leads to a host that the agent’s policy does not allow',
    `Check the address in the connection’s settings. If it is right, have it added under hosts of the rule; a server may also send the agent on to hosts of its own, which the text in your bucket names. ${ask}`,
  ],
  'policy.address_blocked': [
    'The connection leads to an address inside a network',
    `The name resolves to a private, link-local or metadata address. If that is right, have its network named under egress.allow. ${ask}`,
  ],
  'policy.unclaimed': [
    'The agent opened a connection that belongs to nothing',
    'This is a fault of Drawbridge; nothing was sent through it. Report the code.',
  ],
  'policy.secret_forbidden': [
    'The agent’s policy does not let the connection take this secret',
    `Refer to a secret that the rule has under secrets, or have the reference added. ${ask}`,
  ],
  'policy.model_forbidden': [
    'The agent’s policy does not allow this kind of model',
    `The rule of the source allows under models either tables by their names, or SQL. Write the model that way; a view can hold the SQL. ${ask}`,
  ],
  'policy.table_forbidden': [
    'The model reads a table that the agent’s policy does not allow',
    `Read a table that the rule has under tables, or have this one added; SQL may read only what stands there, also through views. The text in your bucket names it. ${ask}`,
  ],
  'policy.column_forbidden': [
    'The model reads a column that the agent’s policy denies',
    `Take the column out of the mapping, the key and the SQL. The text in your bucket names it. ${ask}`,
  ],
  'policy.column_computed': [
    'Nobody can tell what a computed column is made of',
    `The agent’s policy denies columns, so the SQL may return only columns of tables as they are. Compute in a view that your database’s owner makes, and read that. ${ask}`,
  ],
  'policy.sql_unjudged': [
    'Nobody can tell what the SQL reads',
    `The agent’s policy limits tables or columns, and this kind of source can not tell what SQL reads. Use a table or a view by its name. ${ask}`,
  ],
  'policy.object_forbidden': [
    'The agent’s policy does not allow the object',
    `The sync writes to it, looks records up in it, or names it in its options. Use one that the rule has under objects, or have it added. ${ask}`,
  ],
  'policy.operation_forbidden': [
    'The agent’s policy does not allow what the sync does',
    `Choose a mode, and what becomes of removed rows, that the rule has under operations, or have the operation added. ${ask}`,
  ],
  'policy.name_forbidden': [
    'The agent’s policy does not show what is in there',
    `Choose among what the list shows without it, or have it added under tables or objects. ${ask}`,
  ],
  'policy.too_many_rows_read': [
    'The query has more rows than the agent’s policy allows',
    `Nothing was sent. Select fewer rows, or have maxRows of the source’s rule raised. ${ask}`,
  ],
  'policy.too_many_rows_sent': [
    'The run would send more rows than the agent’s policy allows',
    `Nothing was sent. Look at a --dry-run; select fewer rows, or have maxRows of the destination’s rule raised. ${ask}`,
  ],
  'policy.too_many_removed': [
    'The run would remove more rows than the agent’s policy allows',
    `Nothing was sent. Look why so many rows left the query; if they are right, have maxRemovedPercent of the destination’s rule raised for one run. ${ask}`,
  ],
};
