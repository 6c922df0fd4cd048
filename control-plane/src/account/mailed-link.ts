import { randomUUID } from 'node:crypto';
import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';
import { hashOfToken, makeToken } from './token.js';

/** What a link that was mailed lets a person do, once, within an hour. */
export interface LinkFor {
  purpose: 'sign_up' | 'reset';
  /** The keyed hash of the address that it goes to. */
  account: string;
}

export const linkLivesMinutes = 60;
/** Nobody's mailbox is filled by whoever knows its address. */
const mostAnHour = 3;

/**
 * The token of a new link; undefined when the address had its share for this hour. The statements are the same whether the
 * address has an account or not.
 */
export async function makeMailedLink(
  tx: Transaction,
  { purpose, account }: LinkFor,
): Promise<string | undefined> {
  const { token, hash } = makeToken('dbl');
  await tx.$executeRaw`delete from "MailedLink" where "expiresAt" < now()`;
  const made = await tx.$executeRaw`
    insert into "MailedLink" (id, purpose, account, hash, "expiresAt")
    select ${randomUUID()}::uuid, ${purpose}, ${account}, ${hash}, now() + ${linkLivesMinutes} * interval '1 minute'
    where (select count(*) from "MailedLink" where purpose = ${purpose} and account = ${account}) < ${mostAnHour}`;
  return made > 0 ? token : undefined;
}

/** Takes the link, and with it all others for the same. Throws AppError `account.link_over`; then nothing is taken. */
export async function spendMailedLink(
  tx: Transaction,
  { purpose, account }: LinkFor,
  token: string,
): Promise<void> {
  const count = await tx.$executeRaw`
    delete from "MailedLink" where purpose = ${purpose} and account = ${account} and hash = ${hashOfToken(token)}
      and "expiresAt" > now()`;
  if (count === 0) throw linkOver();
  await tx.mailedLink.deleteMany({ where: { purpose, account } });
}

export const linkOver = (): AppError =>
  new AppError(
    'account.link_over',
    'This link was used before, or is older than an hour. Ask for a new one.',
  );
