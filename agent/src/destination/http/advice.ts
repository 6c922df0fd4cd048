import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'destination.auth_failed',
    vendorCode: '401',
    title: 'The destination refuses the credentials',
    advice:
      'Check what the secret reference points at in the agent, and that the header is the right one.',
  },
  {
    code: 'destination.redirected',
    title: 'The destination redirects',
    advice: 'Redirects are not followed. Write the final address into baseUrl.',
  },
  {
    code: 'destination.bad_answer',
    title: 'The answer was not understood',
    advice: 'Set `results` to where the answer says what became of each row, or leave it out.',
  },
  {
    code: 'destination.bad_lookup',
    title: 'The answer to a lookup was not understood',
    advice:
      'What the endpoint said is in your bucket under the error id. Set `options.lookup.path` (or `options.missing.path`) to where the records are, and `match` and `return` of the lookup to names that they have.',
  },
  {
    code: 'destination.lookup_url_missing',
    title: 'A lookup of many records needs a URL',
    advice: 'Set `options.lookup.url`, or its `method` to POST, or its `size` to 1, and apply.',
  },
  {
    code: 'destination.url_of_one_row',
    title: 'One URL can not name many rows',
    advice: 'Set batch.size to 1, or take the columns out of the URL, and apply.',
  },
  {
    code: 'destination.url_elsewhere',
    title: 'A URL of the sync is not below baseUrl',
    advice:
      'Write `object` and the URLs of the sync relative to baseUrl, or make a destination of its own for the other address.',
  },
];
