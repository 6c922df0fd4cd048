import type { Advice } from '../../connector/advice.js';
import { codeOf, purposes } from './scopes.js';

const howTo = 'Add it under “OAuth & Permissions”, install the app again, and renew the token.';

const scopes: readonly Advice[] = Object.entries(purposes).map(([scope, purpose]) => ({
  code: 'destination.scope_missing',
  vendorCode: codeOf(scope),
  title: `The Slack app lacks the scope ${scope}`,
  advice: `It is needed ${purpose}. ${howTo}`,
}));

export const advice: readonly Advice[] = [
  ...scopes,
  {
    code: 'destination.auth_failed',
    vendorCode: 'TOKEN_REVOKED',
    title: 'Slack’s token was revoked',
    advice:
      'The app was removed from the workspace, or its token was revoked. Install it again, and put the new bot token where the secret points.',
  },
  {
    code: 'destination.auth_failed',
    vendorCode: 'TOKEN_EXPIRED',
    title: 'Slack’s token has expired',
    advice:
      'Turn token rotation off in the app’s settings, install it again, and renew the secret.',
  },
  {
    code: 'destination.scope_missing',
    title: 'The Slack app lacks a scope',
    advice: `The error’s text names each missing scope and what it is for. ${howTo}`,
  },
  {
    code: 'destination.forbidden',
    vendorCode: 'MISSING_SCOPE',
    title: 'The Slack app lacks a scope',
    advice: 'Give the app the scope that the error’s text names as needed, and install it again.',
  },
  {
    code: 'destination.other_team',
    title: 'The token is of another workspace',
    advice:
      'Renew the secret with a token of the workspace in `team`, or write that workspace’s id.',
  },
  {
    code: 'destination.object_missing',
    vendorCode: 'NOT_IN_CHANNEL',
    title: 'The Slack app is not in the channel',
    advice: 'Invite it: write `/invite @` and its name in the channel.',
  },
  {
    code: 'destination.object_missing',
    vendorCode: 'CHANNEL_NOT_FOUND',
    title: 'Slack has no such channel for the app',
    advice:
      'Check the id or name. A private channel is there only for its members: invite the app with `/invite @` and its name.',
  },
  {
    code: 'destination.object_missing',
    vendorCode: 'IS_ARCHIVED',
    title: 'The channel is archived',
    advice: 'Unarchive it in Slack, or choose another one as the sync’s object.',
  },
  {
    code: 'destination.channels_unseen',
    title: 'Channels can not be found by name',
    advice:
      'Write the channel’s id (“View channel details”, at its end), or give the app channels:read.',
  },
  {
    code: 'destination.rejected',
    vendorCode: 'USERS_NOT_FOUND',
    title: 'Nobody in Slack has this e-mail',
    advice: 'The row’s e-mail must be that of an active account of the workspace.',
  },
  {
    code: 'destination.rejected',
    vendorCode: 'INVALID_BLOCKS',
    title: 'Slack refuses the blocks',
    advice:
      'The error’s text says what is wrong where. A section’s text may have 3,000 characters and none may be empty; try the template in Block Kit Builder.',
  },
  {
    code: 'destination.rejected',
    vendorCode: 'MSG_TOO_LONG',
    title: 'The message is too long for Slack',
    advice: 'Shorten it in the template: `{{ note | truncate: 500 }}`.',
  },
  {
    code: 'destination.rejected',
    vendorCode: 'MSG_BLOCKS_TOO_LONG',
    title: 'The blocks of the message are too long for Slack',
    advice:
      'All texts of a message’s blocks together may have some 13,000 characters. Shorten them.',
  },
  {
    code: 'destination.rejected',
    vendorCode: 'NO_TEXT',
    title: 'The template made an empty message',
    advice: 'Let the template write something for every row, or leave such rows out in the model.',
  },
  {
    code: 'destination.rate_limited',
    vendorCode: 'RATE_LIMITED',
    title: 'Slack limits the pace',
    advice:
      'A channel takes about one message a second. Use `shape: digest`, lower `collapseAbove`, or send less often; rows that were not taken are sent by the next run.',
  },
  {
    code: 'destination.bad_answer',
    vendorCode: 'NOT_SLACK',
    title: 'The answer is none of Slack’s',
    advice: 'Check `apiUrl`, and whether a proxy answers in Slack’s place.',
  },
  {
    code: 'destination.upload_elsewhere',
    title: 'A file should have gone to another host',
    advice: 'Files go only to hosts below the one of `apiUrl`. Set it to Slack’s own address.',
  },
  {
    code: 'destination.unproven',
    title: 'It is not known whether a message was posted',
    advice:
      'Give the app channels:history (groups:history, im:history) so that it can look. Until then look in the channel; rows that are held back are not sent again.',
  },
  {
    code: 'destination.unfinished',
    title: 'Some messages of a batch were not posted',
    advice: 'Nothing to do: they are sent again by themselves.',
  },
  {
    code: 'destination.bad_blocks',
    title: 'A template makes no blocks',
    advice:
      'Write JSON as Block Kit has it, with quotes around what is inserted and no filter that quotes: `"text": "{{ name }}"`.',
  },
  {
    code: 'destination.no_address',
    title: 'A row does not say where it goes',
    advice:
      'The field in `options.field` is NULL or empty. Fill it in the model, or leave such rows out.',
  },
];
