import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'destination.forbidden',
    vendorCode: '42501',
    title: 'The user may not write this',
    advice:
      'Grant USAGE on the schema, TEMPORARY on the database, and SELECT, INSERT, UPDATE and DELETE on the table.',
  },
  {
    code: 'destination.key_not_unique',
    title: 'The key is not unique',
    advice:
      'Create a unique index over exactly the columns of the sync’s key; the statement is in your bucket under the error id.',
  },
  {
    code: 'destination.archive_missing',
    title: 'Nothing says how a record is archived',
    advice:
      'For a table, name the column that says so in `options: { archive: { field: archived_at } }`; for an endpoint, say what is asked for in `options.removed`; or choose another `onRemoved`.',
  },
  {
    code: 'destination.replace_lost',
    title: 'What was loaded is gone',
    advice:
      'The connection broke before the table was replaced; it is as it was. The next run loads everything again. If it happens often, look at time-outs between agent and database.',
  },
  {
    code: 'destination.replace_referenced',
    title: 'Other tables refer to this one',
    advice:
      'Map the columns that identify a row in `key`, under a unique index; then only rows that are others are replaced.',
  },
  {
    code: 'destination.match_not_unique',
    title: 'What a lookup matches is not unique',
    advice:
      'To make missing records, a lookup needs a unique index over exactly the columns of its `match`; the statement is in your bucket under the error id.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '23505',
    title: 'Another row has this value',
    advice:
      'A unique column other than the key already holds the value. Find the other row, or map the key to that column.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '23502',
    title: 'A value is missing',
    advice:
      'The column does not take NULL. Set nulls: default for the field, or leave such rows out of the model.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '23503',
    title: 'The row it refers to is missing',
    advice:
      'A foreign key names a row that is not there yet. Sync that table first; this row is tried again in every run.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '23514',
    title: 'A check refuses the row',
    advice:
      'The table’s check constraint does not hold for the row. Correct it at the source, or leave such rows out.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '22P02',
    title: 'A value has the wrong form',
    advice: 'The column wants another type than the value has. Cast it in the model’s SQL.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '22001',
    title: 'A text is too long',
    advice: 'Shorten it in the model’s SQL, or widen the column.',
  },
  {
    code: 'destination.field_read_only',
    title: 'The database makes this column itself',
    advice: 'Take the generated column out of the mapping and apply.',
  },
  {
    code: 'destination.key_missing',
    title: 'The sync needs a key',
    advice: 'Map the columns that identify a row of the table in `key`, and apply.',
  },
  {
    code: 'destination.clear_missing',
    title: 'There is nothing to clear',
    advice: 'Map at least one field, or choose another `onRemoved`, and apply.',
  },
  {
    code: 'destination.set_missing',
    title: 'onRemoved.set names no field',
    advice: 'Name the fields that a removed row gets and their constants, and apply.',
  },
  {
    code: 'destination.invalid',
    title: 'The database does not accept the statement',
    advice:
      'Compare database, table and columns with the configuration; the error text is in your bucket under the error id.',
  },
  {
    code: 'destination.cancelled',
    title: 'The database stopped the statement',
    advice:
      'Somebody cancelled it, or a statement_timeout of the user or database is too short for a batch. Raise it and run the sync again.',
  },
];
