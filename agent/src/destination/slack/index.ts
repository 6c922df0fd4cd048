import { defineDestination } from '../../connector/destination.js';
import type { ObjectDefinition, TargetRequest } from '../../connector/destination.js';
import { openHttpClient } from '../../connector/http.js';
import { hostOf } from '../../connector/journey.js';
import { missing } from '../../connector/listing.js';
import type { Listed } from '../../connector/listing.js';
import { readSettings } from '../../connector/settings.js';
import { Failure } from '../../failure.js';
import { addressesFor, byEmail, byField } from './addresses.js';
import { advice } from './advice.js';
import { SlackApi } from './api.js';
import { Channels } from './channels.js';
import { addressed, announced, options } from './options.js';
import type { Options } from './options.js';
import { assertScopes, canRecall, signIn } from './scopes.js';
import { SlackTarget } from './target.js';

const feed = {
  modes: ['append'],
  removals: ['nothing'],
  firstRun: 'baseline',
  needsKey: false,
  appends: announced,
} as const satisfies Partial<ObjectDefinition>;

const objects = {
  [byField]: {
    ...feed,
    name: byField,
    label: 'Channel that each row names',
    options: addressed(
      'Field with the channel',
      'Its id, or its name. A row without one is refused.',
    ),
  },
  [byEmail]: {
    ...feed,
    name: byEmail,
    label: 'Direct message',
    options: addressed('Field with the e-mail', 'Of the person’s account in Slack.'),
  },
  '*': { ...feed, name: '*', label: 'Channel', options },
} as const;

/** Objects where each row says whom it is for. */
const placesOfRows = [objects[byField], objects[byEmail]].map(({ name, label }): Listed => ({
  name,
  label,
  kind: 'object',
}));

export default defineDestination({
  name: 'slack',
  label: 'Slack',
  client: '@slack/web-api',
  settings: {
    team: {
      type: 'text',
      label: 'Workspace ID',
      help: 'The token must be of this workspace; any is taken unless it is given.',
      example: 'T012AB3CD',
    },
    apiUrl: {
      type: 'text',
      label: 'API address',
      help: 'Another one only for a gateway of your own, or GovSlack.',
      default: 'https://slack.com/api/',
    },
    timeout: { type: 'number', label: 'Timeout (seconds)', default: 30, minimum: 1, maximum: 600 },
  },
  secrets: {
    token: { type: 'text', label: 'Bot token', help: 'It begins with xoxb-.', required: true },
  },
  place: ['team', 'apiUrl'],
  limits: { requestsPerSecond: 1, concurrency: 1 },
  objects: [objects[byField], objects[byEmail], objects['*']],
  advice,
  hosts: ({ apiUrl }) => hostOf(apiUrl),
  open: ({ settings, secrets }) => {
    const http = openHttpClient({ connections: 4, timeoutMs: settings.timeout * 1000 });
    const api = new SlackApi(http, { apiUrl: addressOf(settings.apiUrl), token: secrets.token });
    const { team } = settings;
    return {
      check: async (signal) => {
        const scopes = await signIn(api, team, signal);
        assertScopes(scopes, ['chat:write']);
      },
      open: (request, signal) => open(request, { api, team, signal }),
      list: async (path, signal) => {
        const channels = await new Channels(api, await signIn(api, team, signal)).list(signal);
        const listed = [...placesOfRows, ...channels];
        const [name, ...rest] = path;
        if (name === undefined) return listed;
        if (rest.length > 0 || !listed.some((one) => one.name === name)) throw missing(path);
        // A message has no fields of its own.
        return [];
      },
      close: () => http.close(),
    };
  },
});

async function open(
  request: TargetRequest,
  { api, team, signal }: { api: SlackApi; team: string | undefined; signal: AbortSignal },
): Promise<SlackTarget> {
  const chosen = chosenBy(request);
  const scopes = await signIn(api, team, signal);
  const isDirect = request.object === byEmail;
  assertScopes(scopes, [
    'chat:write',
    ...(chosen.shape === 'file' ? (['files:write'] as const) : []),
    ...(isDirect ? (['users:read.email', 'im:write'] as const) : []),
  ]);
  const channels = new Channels(api, scopes);
  const addresses = await addressesFor(request, chosen.field, { api, channels, signal });
  return new SlackTarget({
    api,
    addresses,
    options: chosen,
    request,
    recalls: canRecall(scopes, isDirect),
  });
}

function chosenBy({ object, options: given }: TargetRequest): Options {
  const { field } = objects[byField].options;
  return object === byField || object === byEmail
    ? readSettings({ ...options, field }, given)
    : readSettings(options, given);
}

function addressOf(url: string): string {
  const parsed = URL.parse(url);
  const isPlain =
    parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password;
  if (!isPlain || /[?#]/.test(url))
    throw new Failure(
      'CONFIG',
      'settings.invalid',
      'apiUrl must be an http or https address without user, query or fragment.',
    );
  return url.endsWith('/') ? url : `${url}/`;
}
