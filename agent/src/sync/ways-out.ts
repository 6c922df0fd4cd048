/** What there is to do about a baseline that can't be relied on. */
export const waysOut =
  'Run the sync with --full to send everything again, or with --rebaseline to take the query as it is.';
