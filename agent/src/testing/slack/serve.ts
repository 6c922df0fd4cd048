/**
 * The server by itself: `node agent/dist/testing/slack/serve.js --port 3100 [--channel NAME]… [--user EMAIL]…`. Prints its
 * address and a token with every scope that a sync can use, then each message as it is posted, and stays up.
 */
import { parseArgs } from 'node:util';
import { openSlackServer } from './server.js';

const scopes = [
  'chat:write',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
  'im:history',
  'im:write',
  'users:read.email',
  'files:write',
];

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'public-url': { type: 'string' },
    channel: { type: 'string', multiple: true, default: ['general'] },
    user: { type: 'string', multiple: true, default: [] },
    token: { type: 'string' },
  },
});

const publicUrl = values['public-url'];
const server = await openSlackServer({
  port: Number(values.port),
  ...(publicUrl !== undefined && { publicUrl }),
});
for (const name of values.channel) server.workspace.makeChannel(name);
for (const email of values.user) server.workspace.makeUser(email);
const token = values.token ?? server.workspace.makeToken(scopes);
server.workspace.tokens.set(token, { scopes: new Set(scopes), state: 'valid' });
server.workspace.onPost = ({ name }, { ts, text, blocks, files }) =>
  console.log(
    JSON.stringify({ channel: name, ts, text, blocks, files: files?.map((file) => file.title) }),
  );
console.log(JSON.stringify({ apiUrl: server.apiUrl, token }));
