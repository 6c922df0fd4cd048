import type { Texts } from './texts.js';

/** The customer's bucket. */
export const bucketTexts: Texts = {
  'store.missing': [
    'An object is no longer in the bucket',
    'See whether a lifecycle rule or a person removes objects below the agent’s prefix. Then send every row again with `drawbridge run SYNC --full`, or take the rows as sent with `drawbridge run SYNC --rebaseline`.',
  ],
  'store.corrupt': [
    'An object in the bucket was changed',
    'Nothing but agents may write below the prefix. Restore the object, or start over with `drawbridge run SYNC --full` or `drawbridge run SYNC --rebaseline`.',
  ],
  'store.denied': [
    'The bucket refuses the agent',
    'Allow the agent to get, put, list and delete objects below the prefix of DRAWBRIDGE_BUCKET. `drawbridge-agent doctor` tries each.',
  ],
  'store.no_bucket': [
    'The bucket does not exist',
    'Check DRAWBRIDGE_BUCKET, AWS_REGION and AWS_ENDPOINT_URL_S3 of the agent, then run `drawbridge-agent doctor`.',
  ],
  'store.no_credentials': [
    'The agent has no credentials for the bucket',
    'Give it a role or a key that the AWS SDK finds, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then run `drawbridge-agent doctor`.',
  ],
  'store.no_copy': [
    'The bucket can not copy an object by itself',
    'The agent then sends the bytes again. If a run ends with this, report it.',
  ],
  'store.no_conditions': [
    'The store ignores conditional writes',
    'Two agents could overwrite each other. Use a store that honours If-Match and If-None-Match.',
  ],
  'store.conflict': [
    'Somebody else wrote the object first',
    'Run the sync again. If it happens again, see who else writes below the prefix of DRAWBRIDGE_BUCKET.',
  ],
  'store.slow_down': [
    'The bucket asks to slow down',
    'Run the sync again later. If it happens often, lower DRAWBRIDGE_CONCURRENCY or spread the schedules.',
  ],
  'store.unreachable': [
    'The bucket does not answer',
    'Check AWS_ENDPOINT_URL_S3 and the agent’s network, then run `drawbridge-agent doctor`. The next run goes on from what was recorded.',
  ],
  'store.refused': [
    'The bucket refuses a request',
    'Run `drawbridge-agent doctor` on the agent, and look at the bucket’s policy, its encryption and its quota.',
  ],
};
