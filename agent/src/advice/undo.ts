import type { Texts } from './texts.js';

/** Why a run can't be taken back. Nothing was sent in any of these. */
export const undoTexts: Texts = {
  'undo.expired': [
    'There is no log of what that run sent',
    'Either the run sent nothing, or a lifecycle rule of the bucket has removed `log/changelog` of that run. Correct the model, and run the sync: what differs is sent.',
  ],
  'undo.hashed': [
    'The sync keeps no values',
    'With `snapshots: hashed` nobody knows what was there before. Correct the model, and run the sync: what differs is sent.',
  ],
  'undo.started_over': [
    'The sync was started over since that run',
    'The log of that run fits neither what is known now nor the place that is written to. Correct the model, and run the sync.',
  ],
  'undo.mapping_changed': [
    'The mapping was another one',
    'Apply the configuration that the run was made with, and undo again. A run that sent rows only because its mapping was new can not be undone: apply the former mapping, and run the sync.',
  ],
  'undo.appended': [
    'What was appended can not be taken back',
    'Remove the appended rows at the destination yourself; the log of the run says which they are.',
  ],
  'undo.replaced': [
    'What was replaced as a whole can not be taken back',
    'Nobody knows what else the table held before. Correct the model, and run the sync: `mode: replace` puts its result in place again.',
  ],
  'undo.not_possible': [
    'The destination can not do the opposite',
    'The run added, changed or removed records in a way that the destination or the mode of the sync can not reverse. The log of the run says which they are: `drawbridge-agent log query`.',
  ],
};
