import type { Ask } from '../api.js';
import type { Answer, Command, Context, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import { createApiKey, listApiKeys, revokeApiKey, type ApiKey } from '../operation.js';
import { firstOf } from '../pages.js';
import { table } from '../text.js';

export const keys: Command = {
  usage: 'keys <list|create|revoke> [name]',
  summary: 'list, make and revoke API keys for scripts',
  example: 'drawbridge keys create ci --role editor --expires 2027-06-30',
  options: [
    ['--role <role>', 'of a new one: owner, admin, editor, operator or viewer; yours, if left out'],
    ['--expires <date>', 'when a new one stops to work; never, if left out'],
  ],
  act: ({ args: [action, name], options }, context) => {
    if (action === 'list' && name === undefined) return list(context);
    if (action === 'create' && name) return createKey(name, options, context);
    if (action === 'revoke' && name) return revoke(name, context);
    throw new CliFailure(
      'cli.usage',
      'Write: drawbridge keys list, drawbridge keys create NAME, or drawbridge keys revoke NAME',
      2,
    );
  },
};

async function list(context: Context): Promise<Answer> {
  const apiKeys = await allKeys(context.ask());
  return { json: { keys: apiKeys }, lines: table([heading, ...apiKeys.map(cellsOf)]) };
}

async function createKey(
  name: string,
  options: Given['options'],
  context: Context,
): Promise<Answer> {
  const role = typeof options.role === 'string' ? options.role : null;
  const input = { name, role, expiresAt: expiryOf(options.expires) };
  const { createApiKey: made } = await context.ask()(createApiKey, { input });
  context.note('Keep it now: it is not shown again.');
  return { json: { ...made, name, role, expiresAt: input.expiresAt }, lines: [made.key] };
}

async function revoke(name: string, context: Context): Promise<Answer> {
  const ask = context.ask();
  const { id } = await keyNamed(name, ask);
  const { apiKey } = (await ask(revokeApiKey, { input: { id } })).revokeApiKey;
  return { json: apiKey, lines: [`The key ${apiKey.name} lets nobody in any more.`] };
}

async function keyNamed(name: string, ask: Ask): Promise<ApiKey> {
  const found = (await allKeys(ask)).find((key) => key.name === name);
  if (found) return found;
  const message = `There is no API key "${name}". See them all with: drawbridge keys list`;
  throw new CliFailure('key.not_found', message, 2);
}

const allKeys = (ask: Ask): Promise<ApiKey[]> =>
  firstOf(Infinity, async (page) => (await ask(listApiKeys, page)).apiKeys);

const heading = ['KEY', 'ROLE', 'BEGINS', 'MADE BY', 'CREATED', 'LAST USED', 'EXPIRES'];

const cellsOf = ({
  name,
  role,
  prefix,
  madeBy,
  createdAt,
  lastUsedAt,
  expiresAt,
}: ApiKey): string[] => [
  name,
  role,
  prefix ?? '',
  madeBy ?? '',
  createdAt,
  lastUsedAt ?? 'never',
  expiresAt ?? 'never',
];

function expiryOf(given: string | boolean | undefined): string | null {
  if (typeof given !== 'string') return null;
  const date = new Date(given);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new CliFailure('cli.usage', '--expires is a date, such as 2027-06-30.', 2);
}
