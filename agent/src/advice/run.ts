import type { Texts } from './texts.js';

/** What `--full` does where nothing is known any more. */
const startingOver =
  'Starting over, `append` appends every row again, and `create` skips the records that are there.';

/** What stops a run before or while it sends: guards, the model, the baseline, the mapping. */
export const runTexts: Texts = {
  'guard.empty_result': [
    'The query gave no row',
    'It did before, so nothing was changed. Look at the model’s source. If no row is right, set `guards: { emptyResult: allow }`, apply, and run the sync again.',
  ],
  'guard.added': [
    'More rows are new than the guard allows',
    'Nothing was sent. Count them with `drawbridge run SYNC --dry-run`. If they are right, raise `guards.added`, apply, and run the sync again.',
  ],
  'guard.changed': [
    'More rows have changed than the guard allows',
    'Nothing was sent. Count them with `drawbridge run SYNC --dry-run`. If they are right, raise `guards.changed`, apply, and run the sync again.',
  ],
  'guard.removed': [
    'More rows have left the query than the guard allows',
    'Nothing was sent and nothing removed. Count them with `drawbridge run SYNC --dry-run`. If they are right, raise `guards.removed`, apply, and run the sync again.',
  ],
  'source.unloaded_elsewhere': [
    'The source unloads into another bucket',
    'Nothing was changed. Let the stage or storage integration of the source lead to the agent’s own bucket and prefix (DRAWBRIDGE_BUCKET), as the README of the connector shows.',
  ],
  'baseline.elsewhere': [
    'The sync writes to another place than before',
    `Its destination, object or key is another one, or the destination’s settings (host, port, database, base URL) lead elsewhere. Send everything there with \`drawbridge run SYNC --full\`. If its rows are there already, as when a host was only renamed, take them as sent with \`drawbridge run SYNC --rebaseline\`: what changed since the last run is then not sent. Or put the settings back. ${startingOver}`,
  ],
  'baseline.missing': [
    'What was sent before is not in the bucket',
    `Restore the objects of the sync in the bucket, if somebody removed them. Otherwise send every row again with \`drawbridge run SYNC --full\`, or take the rows as sent with \`drawbridge run SYNC --rebaseline\`. ${startingOver}`,
  ],
  'baseline.corrupt': [
    'What was sent before can not be read',
    `An object of the sync in the bucket was changed or cut. Restore it, or send every row again with \`drawbridge run SYNC --full\`, or take the rows as sent with \`drawbridge run SYNC --rebaseline\`. ${startingOver}`,
  ],
  'baseline.too_new': [
    'A newer agent wrote what was sent before',
    `Nothing was sent and nothing was changed. Install the newer version of the agent in the pool again: it goes on where it stopped. To stay with the older one all the same, send every row again with \`drawbridge run SYNC --full\`, or take the rows as sent with \`drawbridge run SYNC --rebaseline\`. ${startingOver}`,
  ],
  'baseline.not_swept': [
    'What no run needs any more stays in the bucket',
    'Nothing is lost, the bucket only grows. Allow the agent to delete objects below its prefix (`s3:DeleteObject`), or see the text in your bucket for what else it was. The sweep of another day takes it all.',
  ],
  'baseline.fenced': [
    'Another agent has taken the sync over',
    'Nothing is wrong with the sync: look at its newest run. If this happens often, see whether agents lose their connection or their processor for long.',
  ],
  'journal.missing': [
    'What a cut-off run noted of its delivery is lost',
    'Nothing was sent. Let no lifecycle rule of the bucket remove `acks` before a cut-off run has gone on. Look at the destination for what arrived; then send every row again with `drawbridge run SYNC --full`, which doubles rows that are appended, or take the rows as sent with `drawbridge run SYNC --rebaseline`.',
  ],
  'journal.corrupt': [
    'What a cut-off run noted of its delivery can not be read',
    'Nothing was sent. An object below `acks` was changed or cut, or a newer agent wrote it: install that version again. Otherwise look at the destination for what arrived; then send every row again with `drawbridge run SYNC --full`, which doubles rows that are appended, or take the rows as sent with `drawbridge run SYNC --rebaseline`.',
  ],
  'snapshot.key_changed': [
    'The model has another primary key than before',
    `Put \`primaryKey\` back, or send every row again with \`drawbridge run SYNC --full\`: records of rows that left meanwhile stay, so look for them yourself. \`--rebaseline\` takes today’s rows as sent and sends nothing; what changed meanwhile is then never sent either. ${startingOver}`,
  ],
  'snapshot.type_drift': [
    'A column has another type than before',
    'If the values are the same, take the new type with `drawbridge run SYNC --accept-types`: nothing is sent for it. Otherwise send every row in its new form with `drawbridge run SYNC --full`, or cast the column back in the model’s SQL. Rows that left are still removed, unless the column is of the primary key. `--rebaseline` sends nothing: what changed or left meanwhile stays as it is for good.',
  ],
  'mapping.changed': [
    'The mapping is another one than before',
    'Nothing was sent. Send unchanged rows again as they are now with `drawbridge run SYNC --backfill`, or leave them and send rows as they change with `drawbridge run SYNC --from-now-on`. The run says how many rows that is. `mappingChange` in the sync decides for every run.',
  ],
  'mapping.nothing_to_backfill': [
    'The mapping has not changed since the last run',
    'Nothing was sent. An ordinary run sends what has changed. If an earlier `--from-now-on` left rows as they were, nothing tells them apart any more: send every row with `drawbridge run SYNC --full`.',
  ],
  'snapshot.repeated_keys': [
    'Several rows have the same primary key',
    'Nothing was sent. Correct the SQL or the `primaryKey` of the model. Or say what to do with such rows: `duplicates: first` with an `orderBy` sends one of them, `duplicates: invalid` none.',
  ],
  'snapshot.row_too_long': [
    'A row is too long',
    'A row may have 16 MiB. Leave its largest column out of the model.',
  ],
  'snapshot.missed': [
    'Rows had changed, and ordinary runs did not see it',
    'This run compared every value and sent them like any other change. Their fingerprints were those of the former values, which chance alone as good as never does: somebody may have made the values so, or an object of the sync in the bucket was changed. Look at the rows in the changelog.',
  ],
  'snapshot.no_hash_key': [
    'The agent has no key to hash rows with',
    'Set DRAWBRIDGE_HASH_KEY of every agent of the pool to `env:NAME` or `file:/path` of one secret of at least 32 characters, and keep it: with another one nothing can be compared.',
  ],
  'snapshot.other_hash_key': [
    'What was sent before was hashed with another key',
    `Give the agent the key that it had, or send every row again with \`drawbridge run SYNC --full\` (records of rows that left meanwhile stay), or take the rows as sent with \`drawbridge run SYNC --rebaseline\`. ${startingOver}`,
  ],
  'snapshot.kept_otherwise': [
    'What was sent before was kept under another `snapshots` setting',
    'Run the sync once with `drawbridge run SYNC --rebaseline` (sends nothing) or `drawbridge run SYNC --full` (sends every row; records of rows that left meanwhile stay). Objects of earlier runs stay in your bucket until its lifecycle rules remove them.',
  ],
  'snapshot.hashed_recode': [
    'Hashed rows can not be compared under other columns',
    'Send every row again with `drawbridge run SYNC --backfill`, or take the rows as sent with `drawbridge run SYNC --rebaseline`.',
  ],
  'mapping.bad_template': [
    'A template is not valid Liquid',
    'What is wrong with it is in your bucket under the error id. Correct the template, apply, and run the sync again.',
  ],
  'mapping.unknown_metadata': [
    'The mapping names unknown metadata',
    'This agent is older than the configuration. Install a newer one, or take the field out of the mapping.',
  ],
  'mapping.set_constant': [
    'onRemoved.set takes constants only',
    'A row that is gone has no columns. Give each field of `onRemoved.set` a constant, and apply.',
  ],
  'mapping.key_not_primary': [
    'Removals need the model’s primary key',
    'Map the columns of the model’s `primaryKey` in `key` and no others, or remove nothing with `mode: upsert` and no `onRemoved`; then apply. Of two rows with one key the last one wins.',
  ],
  'lookup.not_possible': [
    'The destination can not look up records',
    'Join what the field needs in the model’s SQL, and map the column; or choose another `onMiss`, if it is the making of records that the connector lacks.',
  ],
  'lookup.all_rejected': [
    'The destination refuses every lookup',
    'Nothing was sent. What it said is in your bucket under the error id. Compare `object`, `match` and `return` of the lookup with the destination.',
  ],
  'sync.not_possible': [
    'The destination can not do this',
    'Choose a `mode` and an `onRemoved` that the README of the connector lists, and apply.',
  ],
  'sync.no_object': [
    'The destination has no such object',
    'Choose an `object` that the README of the connector lists, and apply.',
  ],
  'log.lost': [
    'What an earlier run did is in no log',
    'Its log could not be written, and its plan is not in your bucket any more. The baseline is right, and the sync goes on with the next run. Keep `run=…/` in the bucket for longer than a sync may fail.',
  ],
  'run.bad_approval': [
    'What was approved is no plan',
    'Nothing was sent. Look at the newest run of the sync, and approve the plan that it shows.',
  ],
  'run.bad_canary': [
    'A canary needs a number',
    'Nothing was sent. Say how many operations the run may send: `drawbridge run SYNC --canary 100`.',
  ],
  'run.options_conflict': [
    'These options of a run exclude each other',
    '`--canary` and `--only rejected` send a part of what there is; `--rebaseline` sends nothing, and `mode: replace` always everything. Leave one of them out.',
  ],
  'run.cancelled': [
    'The run was cancelled',
    'What was sent until then is recorded; the next run sends the rest.',
  ],
};
