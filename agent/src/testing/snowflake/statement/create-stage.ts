import { existsAlready, missingObject } from '../snowflake-error.js';
import { closingOf, isMark, isWord } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import type { Creation } from './create-table.js';
import { demand, demandAdministration, objectAt, wholeOf } from './names.js';
import { optionsOf } from '../sql/options.js';
import type { Context, Outcome } from './statement.js';
import { statusOf } from './statement.js';

/** The texts of a list after `name =`. */
export function listOf(tokens: readonly Token[], name: string): string[] {
  const at = tokens.findIndex((token, n) => isWord(token, name) && isMark(tokens[n + 1], '='));
  if (at < 0 || !isMark(tokens[at + 2], '(')) return [];
  return tokens
    .slice(at + 3, closingOf(tokens, at + 2))
    .flatMap(({ kind, text }) => (kind === 'text' ? [text] : []));
}

export async function createIntegration(context: Context, creation: Creation): Promise<Outcome> {
  demandAdministration(context, 'account');
  const { tokens, account } = context;
  const name = tokens[creation.at]?.text ?? '';
  if (account.integrations.has(name) && !creation.isReplacing) throw existsAlready(name);
  account.integrations.set(name, {
    allowedLocations: listOf(tokens.slice(creation.at), 'STORAGE_ALLOWED_LOCATIONS'),
  });
  return statusOf(`Integration ${name} successfully created.`);
}

/** CREATE STAGE with the address of a bucket, and either an integration or keys (`CREDENTIALS`). */
export async function createStage(context: Context, creation: Creation): Promise<Outcome> {
  const { account, tokens } = context;
  const { object, next } = objectAt(context, creation.at);
  await demand(context, ['SCHEMA'], `${object.database}.${object.schema}`, ['CREATE STAGE']);
  const name = wholeOf(object);
  if (account.stages.has(name)) {
    if (creation.ifNotExists)
      return statusOf(`${object.name} already exists, statement succeeded.`);
    if (!creation.isReplacing) throw existsAlready(object.name);
  }
  const {
    URL: url = '',
    STORAGE_INTEGRATION: integration,
    ENDPOINT: endpoint,
    AWS_KEY_ID,
    AWS_SECRET_KEY,
    TYPE,
  } = optionsOf(tokens.slice(next));
  if (integration !== undefined && !account.integrations.has(integration))
    throw missingObject('Integration', integration);
  account.stages.set(name, {
    url,
    ...(integration !== undefined && { integration }),
    ...(endpoint !== undefined && { endpoint }),
    ...(TYPE !== undefined && { format: TYPE }),
    ...(AWS_KEY_ID &&
      AWS_SECRET_KEY && {
        credentials: { accessKeyId: AWS_KEY_ID, secretAccessKey: AWS_SECRET_KEY },
      }),
  });
  return statusOf(`Stage area ${object.name} successfully created.`);
}
