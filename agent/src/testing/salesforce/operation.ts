/** What is done with a record. */
export type Operation = 'insert' | 'update' | 'upsert' | 'delete';
