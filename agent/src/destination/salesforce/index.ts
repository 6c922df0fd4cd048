import { defineDestination } from '../../connector/destination.js';
import { openHttpClient } from '../../connector/http.js';
import { hostOf } from '../../connector/journey.js';
import { readSettings } from '../../connector/settings.js';
import { Failure } from '../../failure.js';
import { advice } from './advice.js';
import { checkBulk } from './bulk-choice.js';
import { Collections } from './collections.js';
import { openRecordFinder } from './finder.js';
import { listObjects } from './listing.js';
import { options } from './options.js';
import { Org } from './org.js';
import { Quota } from './quota.js';
import { secrets, settings } from './settings.js';
import { loginUrlOf, signInWith } from './sign-in.js';
import { planWriting } from './writing.js';

/** As many as the options may ask for. */
const connections = 20;

export default defineDestination({
  name: 'salesforce',
  label: 'Salesforce',
  settings,
  secrets,
  place: ['sandbox', 'loginUrl', 'username'],
  // Salesforce lets 25 calls of more than 20 seconds run at once in an org, 5 in a developer's.
  limits: { requestsPerSecond: 0, concurrency: 5 },
  objects: [
    {
      name: '*',
      label: 'Object',
      modes: ['upsert', 'update', 'create', 'mirror'],
      removals: ['nothing', 'delete', 'archive', 'clear', 'set'],
      firstRun: 'send',
      needsKey: false,
      options,
    },
  ],
  lookups: 'create',
  advice,
  hosts: (given) => hostOf(loginUrlOf(given)),
  open: (given) => {
    const { apiVersion, maxDailyApiPercent, timeout } = given.settings;
    checkVersion(apiVersion);
    const client = openHttpClient({ connections, timeoutMs: timeout * 1000 });
    const quota = new Quota(maxDailyApiPercent);
    const org = new Org(client, signInWith(client, given), { apiVersion, quota });
    return {
      check: async (signal) => {
        await org.send({ method: 'GET', path: '/sobjects/', maxBytes: 32 << 20 }, signal);
      },
      open: async (request, signal) => {
        const chosen = readSettings(options, request.options);
        const writing = await planWriting(org, { request, chosen }, signal);
        checkBulk(writing);
        return new Collections(org, writing, request.lastCheck);
      },
      list: (path, signal) => listObjects(org, path, signal),
      openFinder: (request, signal) => openRecordFinder(org, request, signal),
      close: () => org.close(),
    };
  },
});

/** Duplicate rules by header came with 52.0, the Id of a failed row of a job with 53.0. */
function checkVersion(version: string): void {
  if (/^\d{2,3}\.0$/.test(version) && Number(version) >= 53) return;
  throw new Failure(
    'CONFIG',
    'settings.invalid',
    '`apiVersion` must be a version of the API from 53.0 on, written as 62.0.',
  );
}
