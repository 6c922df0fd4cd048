import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'source.no_warehouse',
    title: 'No virtual warehouse runs the query',
    advice:
      'Set `warehouse` of the source, or a default of the user, and grant USAGE on it to the role: `grant usage on warehouse … to role …`.',
  },
  {
    code: 'source.quota',
    title: 'The virtual warehouse has used up its quota',
    advice:
      'A resource monitor has stopped it. Raise the monitor’s quota, wait for its next period, or set another `warehouse`.',
  },
  {
    code: 'source.can_write',
    title: 'The role can write',
    advice:
      'The agent only reads, and a role that can do no more is safer. Make one as the README of the connector shows; or set `acceptWritingRole: true`. The text in your bucket names the grants.',
  },
  {
    code: 'source.forbidden',
    vendorCode: '002003',
    title: 'Snowflake knows no such table, or the role may not see it',
    advice:
      'Snowflake does not say which. Write the name as database.schema.table, and grant USAGE on database and schema and SELECT on the table to the role.',
  },
  {
    code: 'source.forbidden',
    vendorCode: '390422',
    title: 'A network policy of Snowflake keeps the agent out',
    advice:
      'Add the address that the agent is seen with to the network policy of the account or of the user.',
  },
  {
    code: 'source.forbidden',
    vendorCode: '390189',
    title: 'The role is not the user’s',
    advice: 'Grant it: `grant role … to user …`; or correct `role` of the source.',
  },
  {
    code: 'source.auth_failed',
    vendorCode: '390144',
    title: 'Snowflake does not take the key',
    advice:
      'Compare `describe user …` (RSA_PUBLIC_KEY_FP) with the key that the reference points at, the name of the user, and the account; and see that the agent’s clock is right.',
  },
  {
    code: 'source.auth_failed',
    vendorCode: '390318',
    title: 'The OAuth token has expired',
    advice:
      'Something of yours has to keep it fresh where the reference of `token` points; or sign in by key pair.',
  },
  {
    code: 'source.auth_failed',
    vendorCode: '390127',
    title: 'The password of the user has expired',
    advice: 'Set a new one, or better, sign in by key pair with a user of type SERVICE.',
  },
  {
    code: 'source.cancelled',
    vendorCode: '000630',
    title: 'The query ran longer than it may',
    advice:
      'Raise `statementTimeout` of the source, give it a larger `warehouse`, or make the query faster. A limit of the warehouse itself counts too.',
  },
];
