import type { Texts } from './texts.js';

/** What keeps single rows from being sent. They are tried again in every run. */
export const rowTexts: Texts = {
  'record.key_null': [
    'The key of a row is NULL',
    'A record can not be found without its key. Leave such rows out of the model, or map `key` to a column that is never NULL.',
  ],
  'record.bad_json': [
    'A text is not JSON',
    'The column is mapped as JSON, and its text is none. Cast it in the model’s SQL, or map it to a text field.',
  ],
  'record.bad_url': [
    'A row does not name one resource',
    'A value that the URL inserts is NULL, empty, `.` or `..`, or has control characters, or the URL leaves `baseUrl`. Correct the value in the model’s SQL, leave such rows out, or change the URL template.',
  ],
  'record.template_failed': [
    'A template can not be rendered for a row',
    'It names a column that the row leaves out, or a filter fails on the value; the text in your bucket says which. Guard it with {% if %} or the `default` filter.',
  ],
  'record.template_too_long': [
    'A template makes too much text',
    'A rendered template may have 1 MiB. Shorten what it repeats, or leave the largest column out.',
  ],
  'lookup.missing': [
    'A record that the row refers to is missing',
    'The destination has no record with the values that `match` compares, or one of them is NULL. Sync that object first, or set `onMiss` to `null`, `skip` or `create`.',
  ],
  'lookup.many': [
    'Several records could be meant',
    'Match fields that only one record has, or remove the duplicates in the destination.',
  ],
  'lookup.not_created': [
    'A missing record may not have been made',
    'The connection broke while it was being made, and it is not there yet. The next run looks again, and makes it if it must.',
  ],
  'delivery.uncertain': [
    'Rows may or may not have arrived',
    'A run was cut off before the answer, and sending them again could double them, so they are held back. Look in the destination whether they are there. To send such rows again, set `uncertain: resend` in the sync.',
  ],
  'delivery.quarantined': [
    'Rows are set aside after being refused too often',
    'They were refused in as many runs as `quarantineAfter` says and are not sent any more. They are tried again when their values change. When what was in their way is gone, send them with `drawbridge run SYNC --only rejected`.',
  ],
  'delivery.all_rejected': [
    'The destination refuses every row',
    'The run stopped early. Look at the first error of the list: what the destination said is in your bucket under its id. Change the mapping or the destination.',
  ],
  'delivery.mostly_rejected': [
    'The destination refuses nearly every row',
    'The run stopped early; what was taken is recorded. Look at the errors of the run: what the destination said is in your bucket under their ids. Change the mapping, or leave the bad rows out of the model, and run the sync again.',
  ],
  'delivery.gave_up': [
    'The destination failed again and again',
    'The run stopped early; what was taken is recorded, and the next run sends the rest. Look whether the destination is up and its quota is left; lower `limits` of the connection if it is too busy.',
  ],
  'delivery.not_taken': [
    'A row’s answer was lost, and the destination, asked about it, has not taken it',
    'Nothing, if it is rare: the next run sends it. Look at the line to the destination if it is not.',
  ],
  'delivery.job_unfinished': [
    'The destination ended a job before it came to all of its rows',
    'Nothing, if it is rare: the rows are sent again. Look into the destination’s own list of jobs for why it ends them.',
  ],
  'delivery.job_lost': [
    'The destination does not know a job any more that it was given',
    'Look into its list of jobs: somebody may have deleted it. The next run sends again what does no harm twice.',
  ],
  'delivery.replace_incomplete': [
    'Nothing was replaced, as some rows can not be sent',
    'A result without them would remove their records, so what is there stays. Look at the errors of the run and its invalid rows; correct them in the model’s SQL, or leave them out there.',
  ],
  'delivery.more_errors': [
    'Further kinds of errors',
    'This run failed in more ways than are listed one by one. Mend the others first and run the sync again; the texts are in your bucket under the error id.',
  ],
};
